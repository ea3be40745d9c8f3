namespace Kantor.Simulation.Metrics;

/// <summary>A latency distribution in milliseconds; percentiles by nearest rank.</summary>
public sealed record LatencySummary(double MeanMs, double P50Ms, double P90Ms, double P99Ms, double MaxMs)
{
    /// <summary>Exact figures of durations in microseconds; null without any. Sorts the array.</summary>
    public static LatencySummary? Of(long[] valuesUs)
    {
        if (valuesUs.Length == 0) return null;
        Array.Sort(valuesUs);
        Int128 sumUs = 0;
        foreach (var us in valuesUs) sumUs += us;
        return new LatencySummary(
            Ms((double)sumUs / valuesUs.Length),
            Ms(Percentile.Of(valuesUs, 0.50)),
            Ms(Percentile.Of(valuesUs, 0.90)),
            Ms(Percentile.Of(valuesUs, 0.99)),
            Ms(valuesUs[^1]));
    }

    /// <summary>Figures of counted gaps; null without any.</summary>
    public static LatencySummary? Of(GapHistogram gaps) =>
        gaps.MeanUs is not { } mean || gaps.PercentileUs(0.50) is not { } p50 || gaps.PercentileUs(0.90) is not { } p90 || gaps.PercentileUs(0.99) is not { } p99
            ? null
            : new LatencySummary(Ms(mean), Ms(p50), Ms(p90), Ms(p99), Ms(gaps.MaxUs));

    private static double Ms(double us) => Math.Round(us / 1000, 3);
}
