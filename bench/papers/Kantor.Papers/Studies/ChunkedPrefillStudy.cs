using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Papers.Replicas;
using Kantor.Workloads.Generators;

namespace Kantor.Papers.Studies;

/// <summary>Capacity under a limit of the P99 gap, with and without chunks: Sarathi-Serve, arXiv 2403.02310 (research notes, scheduling 5).</summary>
internal static class ChunkedPrefillStudy
{
    /// <summary>Requests of a run.</summary>
    public const int Requests = 600;

    /// <summary>More than the longest prompt, so that a step without chunking can hold any.</summary>
    public const int UnchunkedStepTokens = 16_384;

    /// <summary>The strict limit of the P99 gap, ms.</summary>
    public const double StrictTbtMsMax = 200;

    /// <summary>The relaxed one.</summary>
    public const double RelaxedTbtMsMax = 1000;

    private static readonly (string Name, Func<IBatchPlanner> Planner, int StepTokens)[] Variants =
    [
        ("prompts first", () => new PrefillFirstPlanner(), UnchunkedStepTokens),
        ("hybrid, no chunks", () => new VllmV1Planner(new VllmV1Options { ChunkedPrefill = false }), UnchunkedStepTokens),
        ("chunks of 512, no hybrid", () => new ChunksOrDecodesPlanner(), 512),
        ("Sarathi 512", () => new SarathiPlanner(), 512),
        ("Sarathi 2048", () => new SarathiPlanner(), 2048),
    ];

    private static readonly Column[] Columns =
    [
        new("chat, 200 ms", WorkloadSpec.Chat(Requests, 1), StrictTbtMsMax, [0.22, 0.23, 0.34, 1.14, 0.16]),
        new("chat, 1 s", WorkloadSpec.Chat(Requests, 1), RelaxedTbtMsMax, [0.60, 0.70, 0.77, 1.14, 1.08]),
        new("papers, 200 ms", WorkloadSpec.Papers(Requests, 1), StrictTbtMsMax, [0.17, 0.14, 0.08, 0.40, 0.05]),
        new("papers, 1 s", WorkloadSpec.Papers(Requests, 1), RelaxedTbtMsMax, [0.20, 0.16, 0.26, 0.40, 0.45]),
    ];

    public static Study Study { get; } = new(
        "sarathi-serve",
        "Capacity with chunked prefill under a limit of the P99 gap",
        "arXiv 2403.02310; research notes, scheduling 5",
        "The paper measures Yi-34B in two-way tensor parallelism on A100 with ShareGPT and arXiv prompts, up to 3.7 times the capacity of vLLM. Here 600 requests of lognormal laws with "
            + "its percentiles run on its measured step times; the table beside ours is the notes' calibration with the same costs, and thresholds are theirs. Capacities are of the first seed.",
        Measure);

    private static IReadOnlyList<Figure> Measure(Effort effort)
    {
        var columns = effort == Effort.Full ? Columns : Columns[..1];
        var capacities = columns.Select(column => Variants.Select(variant => column.Capacity(variant.Planner, variant.StepTokens)).ToArray()).ToArray();
        return
        [
            .. columns.SelectMany((column, index) => Variants.Select((variant, row) =>
                new Figure($"{column.Name}: {variant.Name}, requests/s", Claim.Beside($"{column.Notes[row]:0.00} (calibration)"), capacities[index][row], 2))),
            .. columns.SelectMany((column, index) => Claims(column, capacities[index])),
        ];
    }

    private static IEnumerable<Figure> Claims(Column column, double[] capacity)
    {
        var (promptsFirst, small, large) = (capacity[0], capacity[3], capacity[4]);
        var isStrict = column.TbtMsMax == StrictTbtMsMax;
        yield return new Figure($"{column.Name}: Sarathi 512, times prompts first", Claim.AtLeast(isStrict ? 2 : 1.5, "up to 3.7"), small / promptsFirst, 2);
        if (isStrict) yield return new Figure($"{column.Name}: Sarathi 2048, times prompts first", Claim.AtMost(1, "worse than none"), large / promptsFirst, 2);
        else yield return new Figure($"{column.Name}: Sarathi 2048, times prompts first", Claim.AtLeast(1.5, "up to 3.7"), large / promptsFirst, 2);
        if (column.Name == "papers, 1 s") yield return new Figure($"{column.Name}: Sarathi 2048, times Sarathi 512", Claim.AtLeast(1, "1.13"), large / small, 2);
        if (isStrict) yield return new Figure($"{column.Name}: hybrid or chunks alone, the better, times Sarathi 512", Claim.AtMost(1, "both are needed"), Math.Max(capacity[1], capacity[2]) / small, 2);
    }

    /// <summary>A load under a limit, and the notes' capacities of the variants, of their first seed.</summary>
    private sealed record Column(string Name, WorkloadSpec Workload, double TbtMsMax, double[] Notes)
    {
        public double Capacity(Func<IBatchPlanner> planner, int stepTokensMax) => ChunkedFigures.CapacityRps(Workload, planner, stepTokensMax, TbtMsMax, 1);
    }
}
