using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>
/// Deficit round robin: a tenant is served until it has had what it may have, then the next; when nobody who waits may have any more, all
/// who wait may have a quantum more (Shreedhar and Varghese, 1996).
/// </summary>
public sealed class DrrPlanner : DeficitPlanner
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

    /// <summary>The planner with its defaults, or others.</summary>
    public DrrPlanner(DrrOptions? options = null)
        : this("drr", options ?? new DrrOptions())
    {
    }

    private DrrPlanner(string name, DrrOptions options)
        : base(
            PolicySpec.Of(name, DrrOptions.Keys, options).ToString(), new FairCharges(1, options.TokenWeight, Lifts: false),
            options.Quantum)
    {
    }

    /// <summary>From the account whose turn it is on, the first that may have more.</summary>
    private protected override FairAccount? Find(FairState memory)
    {
        for (var seen = 0; seen < memory.Accounts.Count; seen++)
        {
            var account = memory.Accounts[memory.Turn % memory.Accounts.Count];
            if (account.Head is not null && account.ChargedInPlan < account.Allowed) return account;
            memory.Turn = (memory.Turn + 1) % memory.Accounts.Count;
        }

        return null;
    }
}
