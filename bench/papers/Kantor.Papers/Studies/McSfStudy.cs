using Kantor.Bounds.Hindsight;
using Kantor.Core;
using Kantor.Core.Batching.Policies.Lookahead;
using Kantor.Papers.Rounds;

namespace Kantor.Papers.Studies;

/// <summary>Shortest first with lookahead against the optimum: the synthetic study of arXiv 2502.07115 (research notes, theory 3.1).</summary>
internal static class McSfStudy
{
    private const int Trials = 200;

    private const string FewWeighMore = "the exact search takes 5 requests, not 40 to 60, so the last one is a fifth of all";

    private const string BetterIsFound = "other orders than the shortest first are so much better; starting everybody of the same order as early as it fits gains little. The optimum "
        + "is no longer than what a search finds, so the paper's figure is not that of these laws as the notes tell them, prompts of one length included";

    /// <summary>What the paper draws; the exact search takes few of them.</summary>
    private static readonly InstanceLaw Few = new(5, 5, PromptMax: 5, PoolMin: 30, PoolMax: 50);

    private static readonly InstanceLaw Many = Few with { RequestsMin = 40, RequestsMax = 60 };

    public static Study Study { get; } = new(
        "mc-sf",
        "Shortest first with lookahead against the optimum",
        "arXiv 2502.07115; research notes, theory 3.1",
        "The paper solves 200 integer programs of 40 to 60 requests each way. Here the exact optimum is that of 5 requests from the same laws; of 40 to 60 the "
            + "ratio lies between that to the best schedule found by a local search and that to the hindsight bound. Arrivals are uniform, since their rate is not told.",
        Measure);

    public static double[] AllAtOnce(int trials) => TheoryRounds.RatiosToOptimum("mc-sf", Few.Draw(trials, 0));

    public static double[] Online(int trials) => TheoryRounds.RatiosToOptimum("mc-sf", (Few with { LastArrival = 40 }).Draw(trials, 1000));

    private static IReadOnlyList<Figure> Measure(Effort effort)
    {
        var (atOnce, online) = (AllAtOnce(Trials), Online(Trials));
        var trials = effort.Pick(Trials, 10);
        Large[] manyAtOnce = [.. Many.Draw(trials, 3000).Select(Large.Of)];
        Large[] manyOnline = [.. (Many with { LastArrival = 400 }).Draw(trials, 4000).Select(Large.Of)];
        Large[] alike = [.. Many.Draw(effort.Pick(50, 5), 5000).Select(instance => Large.Of(WithOnePrompt(instance)))];
        return
        [
            new Figure("all at once, 5 requests, mean times the optimum", Claim.AtMost(1.005), atOnce.Average()) { Finding = FewWeighMore },
            new Figure("all at once, 5 requests, worst", Claim.AtMost(1.074), atOnce.Max()) { Finding = FewWeighMore },
            new Figure("all at once, 5 requests, optimal in so many of 200", Claim.AtLeast(114), atOnce.Count(ratio => ratio == 1), 0),
            new Figure("online, 5 requests, mean times the optimum", Claim.AtMost(1.047), online.Average()),
            new Figure("online, 5 requests, worst", Claim.AtMost(1.227), online.Max()) { Finding = FewWeighMore },
            .. Figures("all at once", "1.005", 1.005, "1.074", 1.074, manyAtOnce),
            new Figure("all at once, 40 to 60 requests with prompts of one length, mean times the best found", Claim.AtMost(1.005), alike.Average(ratio => ratio.ToFound)) { Finding = BetterIsFound },
            .. Figures("online", "1.047", 1.047, "1.227", 1.227, manyOnline),
        ];
    }

    private static IEnumerable<Figure> Figures(string when, string mean, double meanMost, string worst, double worstMost, Large[] ratios) =>
    [
        new Figure($"{when}, 40 to 60 requests, mean times the best found", Claim.AtMost(meanMost, mean), ratios.Average(ratio => ratio.ToFound)) { Finding = BetterIsFound },
        new Figure($"{when}, 40 to 60 requests, worst times the best found", Claim.AtMost(worstMost, worst), ratios.Max(ratio => ratio.ToFound))
        {
            Finding = worstMost < 1.1 ? BetterIsFound : null,
        },
        new Figure($"{when}, 40 to 60 requests, mean times the same order, each as early as it fits", Claim.Beside("not given"), ratios.Average(ratio => ratio.ToSameOrder)),
        new Figure($"{when}, 40 to 60 requests, mean times the bound", Claim.Beside(mean), ratios.Average(ratio => ratio.ToBound)),
    ];

    private static Instance WithOnePrompt(Instance instance)
    {
        var prompt = instance.Jobs[0].Prompt.Count;
        return instance with
        {
            Jobs = [.. instance.Jobs.Select(job => TheoryRounds.Job((int)job.Id, job.ArrivalStep, prompt, Math.Min(job.OutputTokens, instance.PoolTokens - prompt)))],
        };
    }

    /// <summary>The ratios to the best schedule found, which the true ratio exceeds, and to the bound, which it does not.</summary>
    private sealed record Large(double ToFound, double ToSameOrder, double ToBound)
    {
        public static Large Of(Instance instance)
        {
            var run = TheoryRounds.New(new McSfPlanner(), instance.Jobs, instance.PoolTokens).ToEnd();
            var jobs = TheoryRounds.InTheory(instance.Jobs);
            int[] list = [.. instance.Jobs.OrderBy(job => run.Traces[job.Id].FirstStep).Select(job => (int)job.Id)];
            double Latency(int moves) => ScheduleSearch.TotalLatency(jobs, instance.PoolTokens, list, moves, seed: 1);
            var total = (double)TheoryRounds.TotalLatency(run, instance.Jobs);
            return new Large(total / Latency(4_000), total / Latency(0), total / LatencyBound.Best(jobs, instance.PoolTokens).TotalRounds);
        }
    }
}
