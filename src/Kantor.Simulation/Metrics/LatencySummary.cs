namespace Kantor.Simulation.Metrics;

/// <summary>
/// A latency distribution in milliseconds; percentiles by nearest rank, off by at most <see cref="DurationHistogram.PercentileErrorMax"/>;
/// mean and maximum are exact.
/// </summary>
public sealed record LatencySummary(double MeanMs, double P50Ms, double P90Ms, double P99Ms, double MaxMs)
{
    /// <summary>Figures of counted durations; null without any.</summary>
    public static LatencySummary? Of(DurationHistogram durations) =>
        durations.MeanUs is not { } mean || durations.PercentileUs(0.50) is not { } p50 || durations.PercentileUs(0.90) is not { } p90
            || durations.PercentileUs(0.99) is not { } p99
            ? null
            : new LatencySummary(Ms(mean), Ms(p50), Ms(p90), Ms(p99), Ms(durations.MaxUs));

    private static double Ms(double us) => Math.Round(us / 1000, 3);
}
