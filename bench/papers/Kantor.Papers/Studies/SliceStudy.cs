using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.Slices;
using Kantor.Core.Kv;
using Kantor.Papers.Replicas;
using Kantor.Workloads.Generators;

namespace Kantor.Papers.Studies;

/// <summary>Slices of answers in static batches, and how long one should be: SCLS, arXiv 2406.13511 (research notes, scheduling 9d and 9e).</summary>
internal static class SliceStudy
{
    private const int Requests = 400;
    private const int OutputTokensMax = 1024;

    public static Study Study { get; } = new(
        "scls",
        "Slice-level scheduling",
        "arXiv 2406.13511; research notes, scheduling 9",
        "The paper serves LLaMA2-13B on 8 A100 with engines of 2023; only its abstract is at hand, so the thresholds are the notes'. Here one replica of Yi-34B in two-way tensor "
            + "parallelism on A100 serves 400 requests of lognormal lengths, median 200 and 200, in a pool of 20,000 tokens.",
        Measure);

    /// <summary>Lengths of a slice that are tried.</summary>
    public static IReadOnlyList<int> Slices { get; } = [4, 8, 16, 32, 64, 128, 256, 512, 1024];

    public static IBatchPlanner Scls(int sliceTokens) => new SclsPlanner(new SclsOptions { SliceTokens = sliceTokens });

    private static IReadOnlyList<Figure> Measure(Effort effort)
    {
        ulong[] seeds = [.. Enumerable.Range(1, effort.Pick(5, 2)).Select(seed => (ulong)seed)];
        var runs = seeds.Select(seed => (
            RequestLevel: SliceFigures.Of(new StaticPlanner(), seed), Slices: SliceFigures.Of(new SclsPlanner(), seed), Continuous: SliceFigures.Of(new SarathiPlanner(), seed))).ToArray();
        var sweep = Slices.Select(slice => (Slice: slice, Run: SliceFigures.Of(Scls(slice), 1))).ToArray();
        var best = sweep.MaxBy(entry => entry.Run.Rps);
        return
        [
            new Figure("slices of 128, times the requests/s of request-level batches, worst seed", Claim.AtLeast(2, "up to 4.16"), runs.Min(run => run.Slices.Rps / run.RequestLevel.Rps), 2),
            new Figure("the same, best seed", Claim.Beside("up to 4.16"), runs.Max(run => run.Slices.Rps / run.RequestLevel.Rps), 2),
            new Figure("slices, times the requests/s of continuous batches with chunks", Claim.AtMost(1, "not compared; loses"), runs.Max(run => run.Slices.Rps / run.Continuous.Rps), 2),
            new Figure("best slice, tokens", Claim.Between(64, 256, "about 128"), best.Slice, 0),
            new Figure("pairs of slices that break the rise to the best and the fall behind it", Claim.Is(0, 0, "none"), Breaks([.. sweep.Select(entry => entry.Run.Rps)]), 0),
            new Figure("slices of 4: share of the work that is computed again, %", Claim.AtLeast(30, "above 30"), 100 * sweep[0].Run.RecomputedShare, 0),
            new Figure("slices of 1,024, times request-level batches", Claim.Is(1, 0.2, "like them"), sweep[^1].Run.Rps / SliceFigures.Of(new StaticPlanner(), 1).Rps, 2),
        ];
    }

    /// <summary>Neighbours whose order contradicts one peak.</summary>
    private static int Breaks(double[] values)
    {
        var peak = Array.IndexOf(values, values.Max());
        return Enumerable.Range(1, values.Length - 1).Count(index => index <= peak ? values[index] < values[index - 1] : values[index] > values[index - 1]);
    }

    /// <summary>Throughput, and the share of all tokens computed that were computed again.</summary>
    public sealed record SliceFigures(double Rps, double RecomputedShare)
    {
        public static SliceFigures Of(IBatchPlanner planner, ulong seed)
        {
            var workload = new WorkloadSpec
            {
                Requests = Requests,
                Arrivals = WorkloadSpec.AtRate(null),
                PromptLength = new LognormalLength(200, 0.8, 16, 1000),
                OutputLength = new LognormalLength(200, 0.8, 1, OutputTokensMax),
            };
            var trace = WorkloadGenerator.Draw(workload, seed);
            var result = Yi34B.Run(trace, Yi34B.Options(planner, stepTokensMax: 4096, OutputTokensMax) with
            {
                Kv = new KvLedgerOptions { BlocksTotal = 20_000 / 16, BlockSizeTokens = 16, PrefixCaching = false },
            });
            var computedOnce = trace.Sum(request => request.PromptTokens + request.OutputTokens - 1);
            return new SliceFigures(Requests / (result.MakespanUs / 1e6), (double)result.RecomputedTokens / (result.RecomputedTokens + computedOnce));
        }
    }
}
