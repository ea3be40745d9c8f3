using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Hardware.Published;
using Kantor.Simulation;
using Kantor.Workloads.Generators;

namespace Kantor.Papers.Studies;

/// <summary>How mean latency grows with the number of requests under a rate that is too high, and one that is not (arXiv 2502.07115, section 5).</summary>
internal static class McSfSlopeStudy
{
    private const int PoolTokens = 16_492;

    // Above the longest that the laws draw.
    private const int OutputTokensMax = 1_000;

    private const double HighRps = 50;

    private const double LowRps = 10;

    // Above what all but mc-sf keep up with here.
    private const double BindingRps = 28;

    /// <summary>The baselines of the paper with the protection that it found to work, 0.21 under high and 0.24 under low load.</summary>
    private static readonly string[] Baselines =
    [
        "mc-benchmark", "alpha-protection:protection=0.21", "alpha-protection:protection=0.24", "alpha-protection:protection=0.21:clearing=0.2",
        "alpha-protection:protection=0.21:clearing=0.1",
    ];

    private const string NobodyWaits = "with these steps the pool never binds at 10 requests/s, so that nobody waits and every order is the same; it begins to at about 20";

    /// <summary>LMSYS-Chat as the notes give it, by mean and median: prompts 40.6 and 11, outputs 85.3 and 45, in words there.</summary>
    private static readonly WorkloadSpec Chat = new()
    {
        Requests = 1,
        Arrivals = WorkloadSpec.AtRate(null),
        PromptLength = new LognormalLength(11, 1.62, 1, 2_000),
        OutputLength = new LognormalLength(45, 1.13, 1, OutputTokensMax),
    };

    public static Study Study { get; } = new(
        "mc-sf-slope",
        "Shortest first with lookahead: growth of mean latency",
        "arXiv 2502.07115; research notes, theory 3.1",
        "The paper replays 10,000 conversations of LMSYS-Chat with Vidur on Llama-2-70B and two A100. Here lengths are drawn from lognormal laws of the same "
            + "means and medians, and steps are those of Llama-3-70B on two A100. Slopes are compared by their ratio, since the paper's unit is not told.",
        Measure);

    private static IReadOnlyList<Figure> Measure(Effort effort)
    {
        var requests = effort.Pick(10_000, 3_000);
        var (high, low) = (Growth.Of("mc-sf", HighRps, requests), Growth.Of("mc-sf", LowRps, requests));
        var others = Baselines.Select(policy => (High: Growth.Of(policy, HighRps, requests), Low: Growth.Of(policy, LowRps, requests))).ToArray();
        var (binding, benchmark) = (Growth.Of("mc-sf", BindingRps, requests), Growth.Of("mc-benchmark", BindingRps, requests));
        var (bestHigh, bestLow) = (others.Min(other => other.High.SlopeMs), others.Min(other => other.Low.SlopeMs));
        return
        [
            new Figure("50 requests/s, mc-sf, ms of mean latency a request more", Claim.Beside("1/6 (unit not told)"), high.SlopeMs),
            new Figure("50 requests/s, best baseline, ms of mean latency a request more", Claim.Beside("1/2 (unit not told)"), bestHigh),
            new Figure("50 requests/s, best baseline's slope, times mc-sf's", Claim.AtLeast(3), bestHigh / high.SlopeMs, 2),
            new Figure("10 requests/s, mc-sf, ms of mean latency a request more", Claim.Beside("1/800 (unit not told)"), low.SlopeMs, 4),
            new Figure("10 requests/s, best baseline, ms of mean latency a request more", Claim.Beside("1/100 (unit not told)"), bestLow, 4),
            new Figure("10 requests/s, best baseline's slope, times mc-sf's", Claim.AtLeast(8), bestLow / low.SlopeMs, 2) { Finding = NobodyWaits },
            new Figure("28 requests/s, mc-benchmark's slope, times mc-sf's", Claim.Beside("8 under low demand"), benchmark.SlopeMs / binding.SlopeMs, 2),
            new Figure("50 requests/s, mc-sf's mean latency below that of mc-benchmark, %", Claim.AtLeast(31, "about 31"), 100 * (1 - (high.LastMeanS / others[0].High.LastMeanS)), 1),
            new Figure("10 requests/s, mc-sf's mean latency below that of mc-benchmark, %", Claim.Beside("not told"), 100 * (1 - (low.LastMeanS / others[0].Low.LastMeanS)), 1),
        ];
    }

    /// <summary>The least-squares slope of the mean latency over ten numbers of requests, and the mean latency of the largest.</summary>
    private sealed record Growth(double SlopeMs, double LastMeanS)
    {
        public static Growth Of(string policy, double ratePerS, int requests)
        {
            var points = Enumerable.Range(1, 10).Select(tenth => (X: (double)requests * tenth / 10, Y: MeanLatencyMs(policy, ratePerS, requests * tenth / 10))).ToArray();
            var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
            var slope = points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
            return new Growth(slope, points[^1].Y / 1e3);
        }

        private static double MeanLatencyMs(string policy, double ratePerS, int requests)
        {
            var trace = WorkloadGenerator.Draw(Chat with { Requests = requests, Arrivals = WorkloadSpec.AtRate(ratePerS) }, 1);
            var result = Simulator.Run(trace, new SimulationOptions
            {
                Planner = PolicyCatalogue.Planner(policy),
                Router = new RoundRobinRouter(),
                Limits = new BatchLimits { StepTokensMax = PoolTokens, RunningMax = PoolTokens },
                Kv = new KvLedgerOptions { BlocksTotal = PoolTokens, BlockSizeTokens = 1, PrefixCaching = false },
                StepTime = PrebleProfiles.Llama70BA100Tp2.StepTime,
                NewPredictor = () => new NoisyOracle(facts => trace[(int)facts.Id.Value].OutputTokens, new NoisyOracleOptions()),
                OutputTokensMax = OutputTokensMax,
            });
            return result.Records.Average(record => record.E2eUs!.Value / 1e3);
        }
    }
}
