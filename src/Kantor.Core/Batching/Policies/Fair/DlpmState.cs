namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>What <see cref="DlpmPlanner"/> remembers beside accounts and lines: whether the lines are by cached prefixes.</summary>
internal sealed class DlpmState(FairCharges charges) : FairState(charges)
{
    /// <summary>Whether the keys in the lines are those of a short queue.</summary>
    public bool IsMatched { get; set; }
}
