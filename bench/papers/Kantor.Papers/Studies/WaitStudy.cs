using Kantor.Bounds.Hindsight;
using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.FlowControl;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using Kantor.Papers.Rounds;

namespace Kantor.Papers.Studies;

/// <summary>Waiting for thresholds: the two-stage toy, the root theta and nested segments of arXiv 2504.11320 (research notes, theory 3.6 and 3.7).</summary>
internal static class WaitStudy
{
    private const int ToyPool = 12;
    private const double ToyRate = 4;

    public static Study Study { get; } = new(
        "wait",
        "Thresholds in place of greedy admission",
        "arXiv 2504.11320; research notes, theory 3.6 and 3.7",
        "The paper lets evicted requests begin anew. Here they keep their tokens and only compute their KV again, so a step has 9 tokens, one more than the "
            + "balance takes: with steps of any size greedy admission would lose nothing. Nested segments end at powers of two here, and none is passed over for longer "
            + "than its patience.",
        Measure);

    /// <summary>
    /// Requests completed a step: inputs of 1 and outputs of 2 tokens, 12 tokens of memory, 4 arrivals a step, so that 4 in each stage fill it.
    /// </summary>
    public static double CompletedAStep(IBatchPlanner planner, int steps, int stepTokens = 9)
    {
        Job[] jobs = [.. PoissonRounds.Draw(new RandomStream(1, "toy"), ToyRate, steps).Select((round, id) => TheoryRounds.Job(id, round, 1, 2))];
        var run = TheoryRounds.New(planner, jobs, ToyPool, stepTokens: stepTokens);
        while (run.Step < steps) run.Advance();
        return run.Traces.Values.Count(trace => trace.Ends > 0) / (double)steps;
    }

    public static SarathiPlanner Greedy => new(new SarathiOptions { Watermark = 0 });

    public static WaitPlanner Wait => new(new WaitOptions { Threshold = 4 });

    private static IReadOnlyList<Figure> Measure(Effort effort)
    {
        var steps = effort.Pick(20_000, 4_000);
        var nested = effort.Pick(40, 8);
        var runs = Enumerable.Range(0, nested).Select(seed => NestedRun.Of((ulong)seed)).ToArray();
        return
        [
            new Figure("toy, memory of the fluid equilibrium, tokens", Claim.Is(12, 0), new FluidEquilibrium(ToyRate * FluidEquilibrium.TokensOf(1, 1), 1, 0).MemoryTokens, 1),
            new Figure("toy, greedy admission, completed a step", Claim.Between(3, 3.5), CompletedAStep(Greedy, steps), 2),
            new Figure("toy, WAIT, completed a step", Claim.Is(4, 0.1), CompletedAStep(Wait, steps), 2),
            new Figure("toy, greedy admission with steps of any size", Claim.Beside("3 to 3.5"), CompletedAStep(Greedy, steps, 1_000_000), 2),
            new Figure("root theta for 10 and 6 requests, half of them survivors", Claim.Is(0.822, 0.0005), Theta()),
            new Figure("the paper's bound of that root", Claim.AtMost(Theta(), "0.8"), SegmentDecay.RateMin(10, 6, 0.5), 2),
            new Figure("nested, runs whose memory exceeds the buffer of probability 5 %, share", Claim.AtMost(0.05), runs.Count(run => run.MostTokens > NestedRun.Buffer) / (double)nested),
            new Figure("nested, most memory, times the buffer", Claim.Beside("exceeded in 1 of 20"), runs.Max(run => run.MostTokens) / NestedRun.Buffer),
            new Figure("nested, completed of what came", Claim.AtLeast(0.99, "all but O(1)"), runs.Min(run => run.CompletedShare)),
        ];
    }

    private static double Theta() => SegmentDecay.Rate(10, 6, 0.5);

    /// <summary>
    /// Two lengths that nobody tells apart, half of 4 and half of 8 tokens; 10 requests start together, 6 go on; 9 arrive in a round, in a pool
    /// that never binds.
    /// </summary>
    private sealed record NestedRun(int MostTokens, double CompletedShare)
    {
        private const int Rounds = 2_000;
        private const int Prompt = 2;
        private const double Rate = 9;
        private const double Overflow = 0.05;

        /// <summary>The paper's memory: that of thresholds that are always full, and what may wait at the boundary.</summary>
        public static double Buffer { get; } = (10 * (Prompt + 2) * 5) + (6 * (Prompt + 6.5) * 4)
            + ((Prompt + 4) * (6 + (Math.Log(2 * (1 + Rounds) / Overflow) / Theta())));

        public static NestedRun Of(ulong seed)
        {
            var random = new RandomStream(seed, "nested");
            Job[] jobs = [.. PoissonRounds.Draw(random, Rate, Rounds).Select((round, id) => TheoryRounds.Job(id, round, Prompt, random.NextInt(2) == 0 ? 4 : 8))];
            var planner = new NestedWaitPlanner(new NestedWaitOptions { FirstTokens = 4, Limit = 10, Margin = 0.1 });
            var run = TheoryRounds.New(planner, jobs, poolTokens: 100_000);
            var most = 0;
            for (; run.Step < Rounds; most = Math.Max(most, run.Scheduler.Kv.BlocksUsed)) run.Advance();
            return new NestedRun(most, run.Traces.Values.Count(trace => trace.Ends > 0) / (double)jobs.Length);
        }
    }
}
