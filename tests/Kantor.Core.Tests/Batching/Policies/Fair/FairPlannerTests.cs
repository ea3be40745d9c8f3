using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Tests.Batching.Policies.Fair;

/// <summary>
/// Service is what arXiv 2401.00588 counts: a prompt token 1 on admission, a generated token 2. Nobody is preempted, as in its model: the pool
/// holds all who may run.
/// </summary>
public class FairPlannerTests
{
    private const int Running = 4;
    private const int PromptMax = 30;
    private const int OutputMax = 20;
    private const int Tenants = 3;

    // Most tokens of running requests at once.
    private const double BatchTokens = Running * (PromptMax + OutputMax);
    private static readonly double Bound = 2 * Math.Max(1.0 * PromptMax, 2.0 * BatchTokens);

    /// <summary>The bound of the source: over any interval in which two tenants both wait all the time.</summary>
    [Fact]
    public void The_service_of_tenants_that_wait_differs_by_no_more_than_the_bound() => TestSeed.Each(6, seed =>
    {
        Assert.InRange(WorstGap("vtc", Random(seed)), 0, Bound);
        Assert.InRange(WorstGap("vtc", AwayAndBack(seed)), 0, Bound);
    });

    /// <summary>The control: without lift, who was away takes all until it has caught up.</summary>
    [Fact]
    public void Without_lift_who_comes_back_breaks_the_bound() => TestSeed.Each(3, seed =>
        Assert.True(WorstGap("vtc:lift=false", AwayAndBack(seed)) > Bound));

    /// <summary>The other control: in order of arrival the tenant that sends more gets more.</summary>
    [Theory]
    [InlineData("fcfs")]
    [InlineData("vllm-v1")]
    public void In_order_of_arrival_a_flood_breaks_the_bound(string planner) => Assert.True(WorstGap(planner, Flood(1)) > Bound);

    [Fact]
    public void Under_a_flood_both_keep_the_bound() => TestSeed.Each(3, seed =>
    {
        Assert.InRange(WorstGap("vtc", Flood(seed)), 0, Bound);
        Assert.InRange(WorstGap("drr:quantum=100", Flood(seed)), 0, Bound + 200);
    });

    /// <summary>Deficits: a quantum more of distance, and what is under way.</summary>
    [Fact]
    public void Deficits_keep_tenants_within_a_quantum_and_what_is_under_way() => TestSeed.Each(6, seed =>
    {
        foreach (var quantum in (int[])[50, 400])
        {
            Assert.InRange(WorstGap($"drr:quantum={quantum}", Random(seed)), 0, Bound + (2 * quantum));
        }
    });

    /// <summary>Nobody is held back while somebody may run: both take as many steps as order of arrival, but for chance.</summary>
    [Theory]
    [InlineData("vtc")]
    [InlineData("drr")]
    public void Fairness_costs_no_throughput(string planner) => TestSeed.Each(5, seed =>
    {
        var (fair, arrival) = (Run(planner, Random(seed)).ToEnd().Step, Run("fcfs", Random(seed)).ToEnd().Step);
        Assert.InRange(fair, 0.95 * arrival, 1.05 * arrival);
    });

    private static Job[] Random(ulong seed)
    {
        var random = new RandomStream(seed, "fair");
        return [.. Enumerable.Range(0, 400).Select(id => Plain(random, id, id, random.NextInt(Tenants)))];
    }

    /// <summary>Tenant 1 comes once, is away while tenant 0 is served alone, and comes back with much.</summary>
    private static Job[] AwayAndBack(ulong seed)
    {
        var random = new RandomStream(seed, "away");
        return
        [
            Plain(random, 0, 0, 1), .. Enumerable.Range(1, 500).Select(id => Plain(random, id, id, 0)),
            .. Enumerable.Range(501, 300).Select(id => Plain(random, id, 600, 1)),
        ];
    }

    /// <summary>Tenant 0 sends ten times what tenant 1 does, each more than its share.</summary>
    private static Job[] Flood(ulong seed)
    {
        var random = new RandomStream(seed, "flood");
        return [.. Enumerable.Range(0, 660).Select(id => Plain(random, id, id / 3, id % 11 == 0 ? 1 : 0))];
    }

    private static Job Plain(RandomStream random, int id, int step, int tenant) =>
        Jobs.Plain(id, step, 1 + random.NextInt(PromptMax), 1 + random.NextInt(OutputMax)) with { Tenant = tenant };

    private static ReplicaRun Run(string planner, Job[] jobs)
    {
        var limits = new BatchLimits { StepTokensMax = 40, RunningMax = Running };
        var kv = new KvLedgerOptions { BlocksTotal = (int)BatchTokens, BlockSizeTokens = 4 };
        return new ReplicaRun(PolicyCatalogue.Planner(planner), limits, kv, jobs) { Verifies = false };
    }

    private static double WorstGap(string planner, Job[] jobs)
    {
        var run = Run(planner, jobs);
        var worst = ServiceGap.Worst(run, jobs);
        Assert.Equal(0, run.Scheduler.Counters.Preemptions);
        return worst;
    }
}
