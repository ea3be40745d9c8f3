namespace Kantor.Core.Batching.Parts.Ordered;

/// <summary>What may start before a request that does not fit (<see cref="LookaheadPlanner"/>).</summary>
/// <param name="Kind">Who may.</param>
/// <param name="Depth">Requests behind the blocked one that are looked at in a step, at least 1.</param>
/// <param name="OvertakesMax">Backfilled requests that one blocked request lets pass, at least 1.</param>
internal sealed record Backfilling(BackfillKind Kind, int Depth, int OvertakesMax = int.MaxValue)
{
    /// <summary>The first request that does not fit ends admission.</summary>
    public static Backfilling None { get; } = new(BackfillKind.None, 1);
}

/// <summary>Who may start before a request that does not fit.</summary>
public enum BackfillKind
{
    /// <summary>Nobody: the prefix rule.</summary>
    None,

    /// <summary>Whoever fits.</summary>
    Skip,

    /// <summary>Whoever fits and does not delay the blocked one's earliest start, as believed (EASY backfilling).</summary>
    Reserve,
}
