namespace Kantor.Bounds.Goodput;

/// <summary>How hard <see cref="GoodputBound"/> tries. Whatever is chosen, the result is a bound.</summary>
public sealed record GoodputBoundOptions
{
    /// <summary>Width of the buckets of time that have a price each, above 0.</summary>
    public double BucketMs { get; init; } = 250;

    /// <summary>
    /// Most evaluations of the dual for the final descent, at least 0; null for as many as a fixed amount of work allows, 30 to 1500.
    /// </summary>
    public int? EvaluationsMax { get; init; }

    /// <summary>
    /// Bounds only policies whose every step is at most the gap objective, instead of all policies. Tighter, and no bound of others.
    /// </summary>
    public bool IsGapSafe { get; init; }
}
