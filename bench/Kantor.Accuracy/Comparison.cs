using Kantor.Accuracy.InferenceX;

namespace Kantor.Accuracy;

/// <summary>A measurement and its prediction. Absent values were not measured.</summary>
internal sealed record Comparison
{
    public required string File { get; init; }

    public required string Id { get; init; }

    public required string Model { get; init; }

    public required string Gpu { get; init; }

    public required string Engine { get; init; }

    public required string Load { get; init; }

    /// <summary>Users of a closed loop; null for other loads.</summary>
    public int? Users { get; init; }

    /// <summary>Whether it is a statistic of a run's requests, rather than a point of its own.</summary>
    public bool IsDistribution { get; init; }

    /// <summary>Time to first token as the measurement defines it; of a run of requests from <c>queued_ts</c>, when the engine's loop took the request up.</summary>
    public double? TtftMs { get; init; }

    /// <summary>Time to first token from arrival, of a run of requests that tells it; null elsewhere.</summary>
    public double? ArrivalTtftMs { get; init; }

    public double? TpotMs { get; init; }

    public double? PredictedTtftMs { get; init; }

    public double? PredictedArrivalTtftMs { get; init; }

    public double? PredictedTpotMs { get; init; }

    /// <summary>The run and its prediction beyond the two times, where it is one of sessions.</summary>
    public AgenticOutcome? Agentic { get; init; }

    /// <summary>Why there is no prediction; null when there is one.</summary>
    public string? NotCovered { get; init; }

    public bool IsCovered => NotCovered is null;

    public double? TtftError => (PredictedTtftMs / TtftMs) - 1;

    public double? ArrivalTtftError => (PredictedArrivalTtftMs / ArrivalTtftMs) - 1;

    public double? TpotError => (PredictedTpotMs / TpotMs) - 1;
}

/// <summary>What some measurements give.</summary>
/// <param name="Rows">One comparison each.</param>
/// <param name="Variations">Simulated offload under other assumptions; empty when none was compared.</param>
internal sealed record Findings(IReadOnlyList<Comparison> Rows, IReadOnlyList<OffloadVariation> Variations);

/// <summary>Errors of a set of comparisons, as fractions.</summary>
internal sealed record ErrorSummary(
    int Rows, int Covered, double? TtftMedian, double? TtftP90, double? TtftBias, double? TpotMedian, double? TpotP90, double? TpotBias)
{
    public static ErrorSummary Of(IReadOnlyCollection<Comparison> rows)
    {
        double[] ttft = [.. rows.Select(row => row.TtftError).OfType<double>()];
        double[] tpot = [.. rows.Select(row => row.TpotError).OfType<double>()];
        return new ErrorSummary(
            rows.Count, rows.Count(row => row.IsCovered), Absolute(ttft, 0.5), Absolute(ttft, 0.9), Median(ttft), Absolute(tpot, 0.5), Absolute(tpot, 0.9), Median(tpot));
    }

    private static double? Absolute(double[] errors, double quantile) => Quantile([.. errors.Select(Math.Abs)], quantile);

    private static double? Median(double[] errors) => Quantile([.. errors], 0.5);

    private static double? Quantile(double[] values, double quantile)
    {
        if (values.Length == 0) return null;
        Array.Sort(values);
        return values[Math.Clamp((int)Math.Ceiling(quantile * values.Length) - 1, 0, values.Length - 1)];
    }
}
