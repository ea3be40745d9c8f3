using Kantor.Core;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Simulation.Pools;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>
/// What old signals do to routers (tiered freshness, invariant 7 of the peers; research notes, scheduling 8b); 8 replicas, 120 requests a second,
/// about 9 in 10 of what they can do. Published for a router's snapshot: at 10 ms +14 % of TTFT P99, at 100 ms +354 %. Seen here: +15 % and +99 %;
/// the second figure is not reached, because a herd of 100 ms is 12 requests here and a replica serves that many within half a second.
/// </summary>
public class StaleSignalsTests(ITestOutputHelper output)
{
    private const double NearTheKneePerS = 120;

    [Fact]
    public void The_older_the_signals_the_worse_is_the_least_loaded_replica()
    {
        var p99Us = new long[] { 0, 10_000, 100_000, 1_000_000, 3_000_000 }.Select(ageUs => P99Us("least-loaded", Aged(ageUs), NearTheKneePerS)).ToArray();
        Assert.Equal(p99Us.Order(), p99Us);
        Assert.InRange((double)p99Us[1] / p99Us[0], 1.05, 1.30);
        Assert.InRange((double)p99Us[2] / p99Us[0], 1.8, 4.6);
        Assert.True(p99Us[3] > 5 * p99Us[0] && p99Us[4] > 20 * p99Us[0], string.Join(' ', p99Us));
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public void A_router_that_counts_what_it_sent_and_what_ended_decides_as_with_fresh_signals(long ageUs)
    {
        var corrected = Aged(ageUs) with { Waiting = Own(ageUs), Running = Own(ageUs) };
        Assert.Equal(Ttfts("least-loaded", new FleetSignals(), NearTheKneePerS), Ttfts("least-loaded", corrected, NearTheKneePerS));
    }

    [Fact]
    public void A_router_that_counts_only_what_it_sent_repairs_most_of_the_damage()
    {
        const long AgeUs = 1_000_000;
        var fresh = P99Us("least-loaded", new FleetSignals(), NearTheKneePerS);
        var stale = P99Us("least-loaded", Aged(AgeUs), NearTheKneePerS);
        var counting = P99Us("least-loaded", Aged(AgeUs) with { Waiting = Own(AgeUs) }, NearTheKneePerS);
        Assert.True(counting - fresh < 0.25 * (stale - fresh), $"{fresh} {counting} {stale}");
    }

    [Fact]
    public void Two_choices_barely_move_at_100_ms()
    {
        var (fresh, aged) = (P99Us("two-choices", new FleetSignals(), NearTheKneePerS), P99Us("two-choices", Aged(100_000), NearTheKneePerS));
        Assert.InRange((double)aged / fresh, 0.8, 1.2);
    }

    /// <summary>
    /// The note's objective, 5 s to the first token, and its thresholds. Its pair is two hashes of a prefix; here two replicas are drawn, which is
    /// the same without a cache to keep warm.
    /// </summary>
    [Theory]
    [InlineData(125)]
    [InlineData(135)]
    [InlineData(150)]
    public void ACC_8b_with_loads_of_3_s_ago_two_choices_hold_the_objective_of_5_s_and_the_least_loaded_replica_does_not(double ratePerS)
    {
        var (fresh, pair, least) = Attainments(ratePerS, 5_000_000);
        Assert.InRange(fresh, 0.99, 1);
        Assert.InRange(pair, 0.75, 1);
        Assert.InRange(least, 0, 0.3);
    }

    /// <summary>
    /// Findings, not thresholds. 120 requests a second are below the knee of 5 s, so that some of each herd are still served in time: 0.309 instead
    /// of at most 0.3. An objective of 1 s is tighter than the note's: of the arrivals of 3 s, which all go by the same old order of replicas, the
    /// emptier ones get more than they serve within it, and two choices keep 0.731 instead of 0.75; at 110 they keep more.
    /// </summary>
    [Fact]
    public void ACC_8b_finding_at_120_requests_a_second_each_of_the_two_thresholds_is_missed_by_a_little_under_one_objective()
    {
        var (_, pair, least) = Attainments(NearTheKneePerS, 5_000_000);
        Assert.InRange(pair, 0.99, 1);
        Assert.InRange(least, 0.3, 0.32);
        (_, pair, least) = Attainments(NearTheKneePerS, 1_000_000);
        Assert.InRange(pair, 0.72, 0.75);
        Assert.InRange(least, 0, 0.1);
        (_, pair, least) = Attainments(110, 1_000_000);
        Assert.InRange(pair, 0.75, 1);
        Assert.InRange(least, 0, 0.3);
    }

    private (double Fresh, double PairAt3S, double LeastAt3S) Attainments(double ratePerS, long ttftUsMax)
    {
        var fresh = Attainment("least-loaded", new FleetSignals(), ratePerS, ttftUsMax);
        var (pair, least) = (Attainment("two-choices", Aged(3_000_000), ratePerS, ttftUsMax), Attainment("least-loaded", Aged(3_000_000), ratePerS, ttftUsMax));
        output.WriteLine($"{ratePerS} requests/s, {ttftUsMax / 1e6} s: {fresh:0.000} with fresh loads; of 3 s ago two choices {pair:0.000}, least loaded {least:0.000}");
        // With fresh loads who sees all may win.
        Assert.True(fresh >= Attainment("two-choices", new FleetSignals(), ratePerS, ttftUsMax));
        return (fresh, pair, least);
    }

    private static SignalFreshness Own(long ageUs) => new() { PeriodUs = ageUs, CountsOwn = true };

    private static FleetSignals Aged(long ageUs) => ageUs == 0 ? new FleetSignals() : FleetSignals.All(new SignalFreshness { PeriodUs = ageUs });

    private static long P99Us(string router, FleetSignals signals, double ratePerS)
    {
        var ttfts = Ttfts(router, signals, ratePerS);
        Array.Sort(ttfts);
        return ttfts[(int)Math.Ceiling(0.99 * ttfts.Length) - 1];
    }

    private static double Attainment(string router, FleetSignals signals, double ratePerS, long ttftUsMax) =>
        Ttfts(router, signals, ratePerS).Average(ttftUs => ttftUs <= ttftUsMax ? 1.0 : 0);

    private static long[] Ttfts(string router, FleetSignals signals, double ratePerS) => [.. Simulator.Run(Requests(ratePerS), new SimulationOptions
    {
        Planner = PolicyCatalogue.Planner("vllm-v1"),
        Router = PolicyCatalogue.Router(router),
        Replicas = 8,
        Limits = StepTimeProfiles.Llama3B8A100.Limits,
        Kv = new KvLedgerOptions { BlocksTotal = StepTimeProfiles.Llama3B8A100.KvTokens / 16, BlockSizeTokens = 16, PrefixCaching = false },
        StepTime = StepTimeProfiles.Llama3B8A100.StepTime,
        NewPredictor = () => new ClassQuantilePredictor(),
        OutputTokensMax = 500,
        Signals = signals,
    }).Records.Select(record => record.TtftUs!.Value)];

    private static IReadOnlyList<TraceRequest> Requests(double ratePerS) => WorkloadGenerator.Draw(new WorkloadSpec
    {
        Requests = 6000,
        Arrivals = WorkloadSpec.AtRate(ratePerS),
        PromptLength = new LognormalLength(500, 0.8, 1, 4000),
        OutputLength = new LognormalLength(100, 0.8, 1, 500),
    }, seed: 1);
}
