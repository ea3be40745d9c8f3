namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>
/// Tenants by deficits: a tenant is served while it has had less than it may have; when nobody who waits may have any more, a round begins
/// in which all who wait may have a quantum more, and so may whoever comes during it. A tenant with nobody waiting when a round begins
/// keeps no claim, but what it has had too much.
/// </summary>
/// <remarks>
/// What a request takes is known only when it has ended, so accounts are overdrawn by what is under way, and made up for in later rounds.
/// </remarks>
public abstract class DeficitPlanner : FairPlanner
{
    private readonly int _quantum;

    private protected DeficitPlanner(string name, FairCharges charges, int quantum)
        : base(name, charges) => _quantum = quantum;

    private protected override void Order(in BatchView view, FairState memory)
    {
        foreach (var account in memory.Accounts)
        {
            if (account.Line.Count == 0 || account.Round == memory.Round) continue;
            account.Allowed = Math.Min(account.Allowed, account.Charged) + _quantum;
            account.Round = memory.Round;
        }
    }

    private protected sealed override FairAccount? Next(FairState memory)
    {
        if (Find(memory) is { } account) return account;
        return Replenish(memory) ? Find(memory) : null;
    }

    /// <summary>Of the accounts that may have more the one whose turn it is; null when nobody who waits may.</summary>
    private protected abstract FairAccount? Find(FairState memory);

    /// <summary>A new round, with as many quanta as it takes until somebody may have more; false when nobody waits.</summary>
    private bool Replenish(FairState memory)
    {
        var quanta = double.PositiveInfinity;
        foreach (var account in memory.Accounts)
        {
            if (account.Head is not null) quanta = Math.Min(quanta, Math.Floor((account.ChargedInPlan - account.Allowed) / _quantum) + 1);
        }

        if (double.IsPositiveInfinity(quanta)) return false;
        memory.Round++;
        foreach (var account in memory.Accounts)
        {
            if (account.Head is null) continue;
            account.Allowed += quanta * _quantum;
            account.Round = memory.Round;
        }

        return true;
    }
}
