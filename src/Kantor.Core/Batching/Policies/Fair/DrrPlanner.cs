using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>
/// Deficit round robin: a tenant is served until it has had what it may have, then the next; when nobody who waits may have any more, all
/// who wait may have a quantum more (Shreedhar and Varghese, 1996). A tenant with nobody waiting keeps no claim, but what it has had too
/// much.
/// </summary>
/// <remarks>
/// What a request takes is known only when it has ended, so accounts are overdrawn by what is under way, and made up for in later rounds.
/// </remarks>
public sealed class DrrPlanner : FairPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "tenants in turn, each for a quantum of service; what was too much counts in the next round", "Shreedhar and Varghese, 1996")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "one worker, no preemption",
        Guarantee = "service of two tenants that both wait all the time differs by at most a quantum and what requests under way overdraw",
        Information = LengthInformation.None,
        Evidence = Evidence.Recalled,
        Cost = "O(r + admitted x tenants + log n)",
    };

    private readonly DrrOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    public DrrPlanner(DrrOptions? options = null)
        : this("drr", options ?? new DrrOptions())
    {
    }

    private DrrPlanner(string name, DrrOptions options)
        : base(PolicySpec.Of(name, DrrOptions.Keys, options).ToString(), new FairCharges(1, options.TokenWeight, Lifts: false)) =>
        _options = options;

    private protected override FairAccount? Next(FairState memory)
    {
        if (Find(memory) is { } account) return account;
        if (!Replenish(memory)) return null;
        return Find(memory);
    }

    /// <summary>From the account whose turn it is on, the first that may have more.</summary>
    private static FairAccount? Find(FairState memory)
    {
        for (var seen = 0; seen < memory.Accounts.Count; seen++)
        {
            var account = memory.Accounts[memory.Turn % memory.Accounts.Count];
            if (account.Head is not null && account.ChargedInPlan < account.Allowed) return account;
            memory.Turn = (memory.Turn + 1) % memory.Accounts.Count;
        }

        return null;
    }

    /// <summary>As many rounds as it takes until somebody may have more; who has nobody waiting gives up what it has left.</summary>
    private bool Replenish(FairState memory)
    {
        var (rounds, isAny) = (double.PositiveInfinity, false);
        foreach (var account in memory.Accounts)
        {
            if (account.Line.Count == 0) account.Allowed = Math.Min(account.Allowed, account.Charged);
            if (account.Head is null) continue;
            isAny = true;
            rounds = Math.Min(rounds, Math.Floor((account.ChargedInPlan - account.Allowed) / _options.Quantum) + 1);
        }

        foreach (var account in memory.Accounts)
        {
            if (isAny && account.Head is not null) account.Allowed += rounds * _options.Quantum;
        }

        return isAny;
    }
}
