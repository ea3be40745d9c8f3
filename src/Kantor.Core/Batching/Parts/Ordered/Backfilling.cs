namespace Kantor.Core.Batching.Parts.Ordered;

/// <summary>What may start before a request that does not fit (<see cref="LookaheadPlanner"/>).</summary>
/// <param name="Depth">Requests behind the blocked one that are looked at in a step; 0 for none.</param>
/// <param name="OvertakesMax">Backfilled requests that one blocked request lets pass, at least 1.</param>
/// <param name="Reserves">
/// Whether what would delay the blocked request's earliest start, as believed, is passed over (EASY backfilling).
/// </param>
internal sealed record Backfilling(int Depth, int OvertakesMax = int.MaxValue, bool Reserves = true)
{
    /// <summary>The first request that does not fit ends admission.</summary>
    public static Backfilling None { get; } = new(0);
}
