using Kantor.Reports.Runs;
using Kantor.Reports.Sweeps;
using Kantor.Simulation.Metrics;

namespace Kantor.Reports.Tests.Sweeps;

/// <summary>A made-up sweep of two policies, three rates and two seeds.</summary>
internal static class SweepSample
{
    public static SweepReport Report { get; } = new()
    {
        Trace = "t.jsonl",
        Format = "Mooncake JSONL",
        Requests = 100,
        LinesSkipped = 0,
        BatchesSpread = false,
        Profile = "unit",
        Predictor = "constant:5",
        RunningMax = 128,
        BlockSizeTokens = 16,
        PrefixCaching = true,
        OutputTokensMax = 64,
        Slo = "ttft=2000ms",
        Command = "kantor sweep --trace t.jsonl",
        CellsTotal = 12,
        Cells = [.. from policy in (string[])["fcfs", "svf"] from rate in (double[])[0.5, 1, 2] from seed in (ulong[])[1, 2] select Cell(policy, rate, seed)],
        Failures = [],
    };

    public static RunTimeline Timeline { get; } = new()
    {
        BucketS = 2,
        WaitingMean = [0, 5, 1],
        WaitingMax = [1, 9, 2],
        RunningMean = [1, 2, 3],
        KvShareMean = [0.1, 0.2, 0.3],
        KvShareMax = [0.2, 0.4, 0.6],
        TokensPerS = [100, 200, 300],
        Tenants = [("a", [60, 0, 100]), ("<b>", [40, 200, 200])],
    };

    public static SweepCell Cell(string policy, double rate, ulong seed) => new(
        new SweepPoint(policy, "round-robin", 2, 512, 300_000, rate, seed), 10 * rate, Run(policy, 100 * rate * seed));

    private static RunReport Run(string policy, double ms) => new()
    {
        Policy = policy,
        Routing = "round-robin",
        Requests = 100,
        Completed = 99,
        Rejected = 1,
        Ttft = new LatencySummary(ms, ms, 2 * ms, 10 * ms, 20 * ms),
        Itl = new LatencySummary(ms / 10, ms / 10, ms / 5, ms, ms),
        E2e = new LatencySummary(ms * 10, ms * 10, ms * 20, ms * 30, ms * 40),
        GoodputRps = 1.5,
        SloAttainment = 0.75,
        PrefixHitRate = 0.25,
        Preemptions = 3,
        RecomputedTokens = 9,
        WallS = 1,
    };
}
