using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Papers.Replicas;
using Kantor.Workloads.Generators;

namespace Kantor.Papers.Studies;

/// <summary>What preemption by recomputation gains, whom to evict and whom to admit: INFERMAX, arXiv 2411.07447 (research notes, scheduling 7).</summary>
internal static class PreemptionStudy
{
    private const int Requests = 450;

    private const string PromptSaysLittle = "there a prompt says little of what its request comes to, and half of all exceed the mean of those like it";

    public static Study Study { get; } = new(
        "infermax",
        "Preemption by recomputation",
        "arXiv 2411.07447; research notes, scheduling 7",
        "The paper replays Splitwise's conversation trace on Llama-3-70B; its texts give bounds only, so the thresholds are the notes'. Here 450 requests of lognormal lengths run on "
            + "Yi-34B in two-way tensor parallelism on A100, of which the worst seed counts; the histogram counts over all seeds.",
        Measure);

    public static VllmV1Planner Newest { get; } = new();

    public static VllmV1Planner LeastComputed { get; } = new(new VllmV1Options { Victim = VllmV1Victim.LeastComputed });

    public static IReadOnlyList<Load> Mixed { get; } =
    [
        new("offline mixed", Lengths(1500, 1.0, 500, 0.8, null), 60_000),
        new("online mixed", Lengths(1200, 1.0, 400, 0.8, 1.2), 45_000),
    ];

    public static IReadOnlyList<Load> LongOutputs { get; } =
    [
        new("offline long outputs", Lengths(200, 0.8, 800, 0.7, null), 60_000),
        new("online long outputs", Lengths(300, 0.8, 800, 0.7, 1.5), 60_000),
    ];

    /// <summary>
    /// With admission by histogram: the share of preemptions of long prompts that is left, over all seeds, and of the throughput that is lost, of
    /// the worst.
    /// </summary>
    public static (double LongPreemptionsLeft, double ThroughputLost) ByHistogram(Load load, int longPromptTokensMin, IEnumerable<ulong> seeds)
    {
        var (before, after, lost) = (0, 0, double.NegativeInfinity);
        foreach (var seed in seeds)
        {
            var trace = WorkloadGenerator.Draw(load.Workload, seed);
            var prompts = PreemptionCost.Of(trace, Newest, load.PoolTokens, longPromptTokensMin: longPromptTokensMin);
            var histogram = PreemptionCost.Of(trace, new HistogramAdmissionPlanner(longPromptTokensMin), load.PoolTokens, longPromptTokensMin: longPromptTokensMin);
            (before, after) = (before + prompts.LongPreemptions, after + histogram.LongPreemptions);
            lost = Math.Max(lost, 1 - (prompts.MakespanS / histogram.MakespanS));
        }

        return ((double)after / before, lost);
    }

    private static IReadOnlyList<Figure> Measure(Effort effort)
    {
        ulong[] few = [.. Enumerable.Range(1, effort.Pick(5, 2)).Select(seed => (ulong)seed)];
        ulong[] seeds = [.. Enumerable.Range(1, 5).Select(seed => (ulong)seed)];
        return
        [
            .. LongOutputs.Select(load => new Figure($"{load.Name}: GPU time of preempting, times that of reserving true lengths", Claim.AtMost(0.85, "0.7 at best"), few.Max(seed => Gain(load, seed)))),
            .. Mixed.SelectMany(load => Victims(load, few, Claim.AtLeast(40, "40 or more"), Claim.AtMost(1.01))),
            .. LongOutputs.SelectMany(load => Victims(load, few, Claim.Beside("may vanish, 6 to 7"), Claim.Beside("0.98 to 1.03"))),
            .. Mixed.SelectMany(load => Histogram(load, 2048, seeds, null)),
            .. Histogram(LongOutputs[0], 512, seeds, PromptSaysLittle),
            .. Histogram(LongOutputs[1], 512, seeds, null),
        ];
    }

    private static double Gain(Load load, ulong seed)
    {
        var trace = WorkloadGenerator.Draw(load.Workload, seed);
        return PreemptionCost.Of(trace, Newest, load.PoolTokens).BusyS / PreemptionCost.Of(trace, new OracleReservation(trace), load.PoolTokens).BusyS;
    }

    private static Figure[] Victims(Load load, ulong[] seeds, Claim tokens, Claim makespan)
    {
        var runs = seeds.Select(seed =>
        {
            var trace = WorkloadGenerator.Draw(load.Workload, seed);
            return (Newest: PreemptionCost.Of(trace, Newest, load.PoolTokens), Least: PreemptionCost.Of(trace, LeastComputed, load.PoolTokens));
        }).ToArray();
        return
        [
            new Figure($"{load.Name}: evicting the least computed instead of the newest, fewer tokens computed again, %", tokens, runs.Min(run => 100 * (1 - ((double)run.Least.RecomputedTokens / run.Newest.RecomputedTokens))), 0),
            new Figure($"{load.Name}: evicting the least computed, makespan", makespan, runs.Max(run => run.Least.MakespanS / run.Newest.MakespanS)),
        ];
    }

    private static Figure[] Histogram(Load load, int longPromptTokensMin, ulong[] seeds, string? finding)
    {
        var (left, lost) = ByHistogram(load, longPromptTokensMin, seeds);
        return
        [
            new Figure($"{load.Name}: admission by histogram, fewer preemptions of prompts from {longPromptTokensMin} tokens, %", Claim.AtLeast(50, "50 or more"), 100 * (1 - left), 0) { Finding = finding },
            new Figure($"{load.Name}: admission by histogram, throughput lost, %", Claim.AtMost(2, "below 2"), 100 * lost, 1),
        ];
    }

    private static WorkloadSpec Lengths(double promptMedian, double promptSigma, double outputMedian, double outputSigma, double? ratePerS) => new()
    {
        Requests = Requests,
        Arrivals = WorkloadSpec.AtRate(ratePerS),
        PromptLength = new LognormalLength(promptMedian, promptSigma, 1, 30_000),
        OutputLength = new LognormalLength(outputMedian, outputSigma, 1, 4000),
    };

    /// <summary>A load and the pool that makes memory scarce under it.</summary>
    public sealed record Load(string Name, WorkloadSpec Workload, int PoolTokens);
}
