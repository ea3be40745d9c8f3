using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Fair;
using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Policies.Fair;

/// <summary>Tenants whose prompts share prefixes. Service is what arXiv 2501.14312 counts: a computed prompt token 1, a generated token 2.</summary>
public class DlpmPlannerTests(ITestOutputHelper output)
{
    private const int Running = 4;
    private const int PrefixTokens = 24;
    private const int OwnMax = 8;
    private const int OutputMax = 20;
    private const int Tenants = 3;
    private const string Endless = "dlpm:quantum=100000000";

    // Most tokens of running requests at once; U of the source.
    private const double BatchTokens = Running * (PrefixTokens + OwnMax + OutputMax);
    private static readonly double Unit = Math.Max(1.0 * (PrefixTokens + OwnMax), 2.0 * BatchTokens);

    [Fact]
    public void The_longest_prefix_goes_first_and_of_equals_who_came_first()
    {
        var view = new ViewBuilder { StepTokensMax = 200 };
        view.Waiting(prompt: 20);
        view.Waiting(prompt: 20, hitTokens: 8);
        view.Waiting(prompt: 20);
        view.Waiting(prompt: 20, hitTokens: 16);
        Assert.Equal([3, 1, 0, 2], Rows(view, new DlpmOptions()));
        Assert.Equal([0, 1, 2, 3], Rows(view, new DlpmOptions { MatchedMax = 3 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DlpmPlanner(new DlpmOptions { MatchedMax = -1 }));
    }

    /// <summary>
    /// Tenant 0 keeps sending what is cached, tenant 1 sends what is not: a tenant is passed over as soon as its quantum is used up, and what is
    /// cached uses up none.
    /// </summary>
    [Theory]
    [InlineData("dlpm:quantum=24", 0, 2)]
    [InlineData(Endless, 0, 5)]
    public void Who_has_used_up_its_quantum_is_passed_over(string planner, int least, int most)
    {
        // Each of tenant 0 computes 8 tokens but the first, which computes 32, and generates 1: 10 and 34 of service.
        Job[] jobs = [.. Enumerable.Range(0, 5).Select(id => Shared(id, 0, 0, 0, OwnMax, 1)), Jobs.Plain(9, 0, 20, 1) with { Tenant = 1 }];
        var run = Run(planner, jobs, running: 1).ToEnd();
        Assert.InRange(jobs.Count(job => job.Tenant == 0 && run.Traces[job.Id].FirstStep < run.Traces[9].FirstStep), least, most);
        Assert.Equal(planner == Endless, run.Traces[9].FirstStep == jobs.Max(job => run.Traces[job.Id].FirstStep));
    }

    /// <summary>The bound of the source, 2 (U + quantum), over any interval in which two tenants both wait all the time.</summary>
    [Fact]
    public void Tenants_that_wait_stay_within_the_bound() => TestSeed.Each(5, seed =>
    {
        foreach (var quantum in (int[])[50, 400])
        {
            Assert.InRange(WorstGap($"dlpm:quantum={quantum}", Random(seed)), 0, 2 * (Unit + quantum));
            Assert.InRange(WorstGap($"dlpm:quantum={quantum}", Flood(seed)), 0, 2 * (Unit + quantum));
        }
    });

    /// <summary>The control: with a quantum that nobody uses up it is lpm, step by step, and who shares nothing gets nothing.</summary>
    [Fact]
    public void With_an_endless_quantum_it_is_lpm_and_breaks_the_bound() => TestSeed.Each(3, seed =>
    {
        var jobs = Flood(seed);
        var (dlpm, lpm) = (Run(Endless, jobs).ToEnd(), Run("lpm", jobs).ToEnd());
        Assert.Equal(jobs.Select(job => lpm.Traces[job.Id].FirstStep), jobs.Select(job => dlpm.Traces[job.Id].FirstStep));
        Assert.True(WorstGap(Endless, jobs) > 2 * (Unit + 400));
        Assert.True(WorstGap("lpm", jobs) > 2 * (Unit + 400));
    });

    /// <summary>
    /// What looking at the cache is worth where tenants are to be served alike: far more hits than vtc, nearly those of lpm. Over several loads,
    /// because in a single one lpm may be below by chance.
    /// </summary>
    [Fact]
    public void Its_hits_lie_between_those_of_vtc_and_lpm()
    {
        string[] planners = ["vtc", "dlpm:quantum=50", "dlpm:quantum=400", "lpm"];
        var rates = new double[planners.Length];
        TestSeed.Each(8, seed =>
        {
            var jobs = Random(seed);
            for (var index = 0; index < planners.Length; index++) rates[index] += Service.HitRate(Run(planners[index], jobs), jobs) / 8;
            Assert.Equal(Service.HitRate(Run("lpm", jobs), jobs), Service.HitRate(Run(Endless, jobs), jobs));
        });
        output.WriteLine($"hits: vtc {rates[0]:0.000}, quantum 50 {rates[1]:0.000}, 400 {rates[2]:0.000}, lpm {rates[3]:0.000}");
        Assert.All(rates[1..3], rate => Assert.InRange(rate, 1.2 * rates[0], rates[3]));
    }

    private static int[] Rows(ViewBuilder view, DlpmOptions options) =>
        [.. view.Plan(new DlpmPlanner(options)).Grants.ToArray().Select(grant => grant.Row)];

    /// <summary>More than is served: each tenant has four prefixes, of which the pool holds a few beside what runs.</summary>
    private static Job[] Random(ulong seed)
    {
        var random = new RandomStream(seed, "prefixes");
        return [.. Enumerable.Range(0, 400).Select(id => Shared(
            id, id, random.NextInt(Tenants), random.NextInt(4), 1 + random.NextInt(OwnMax), 1 + random.NextInt(OutputMax)))];
    }

    /// <summary>Tenant 0 floods with one prefix; tenant 1 sends more than its share that is shared with nobody.</summary>
    private static Job[] Flood(ulong seed)
    {
        var random = new RandomStream(seed, "flood");
        return [.. Enumerable.Range(0, 660).Select(id => id % 6 == 0
            ? Jobs.Plain(id, id / 3, 1 + random.NextInt(PrefixTokens), 1 + random.NextInt(OutputMax)) with { Tenant = 1 }
            : Shared(id, id / 3, 0, 0, 1 + random.NextInt(OwnMax), 1 + random.NextInt(OutputMax)))];
    }

    private static Job Shared(int id, int step, int tenant, int prefix, int own, int output)
    {
        var first = 1_000 * ((10 * tenant) + prefix);
        return new Job(id, step, [.. Enumerable.Range(first, PrefixTokens), .. Jobs.Prompt(id, own)], output, output, Tenant: tenant);
    }

    private static double WorstGap(string planner, Job[] jobs) => Service.WorstGap(Run(planner, jobs), jobs, countsCached: false);

    private static ReplicaRun Run(string planner, Job[] jobs, int running = Running)
    {
        var limits = new BatchLimits { StepTokensMax = 40, RunningMax = running };
        var kv = new KvLedgerOptions { BlocksTotal = (int)(1.5 * BatchTokens) / 4, BlockSizeTokens = 4 };
        return new ReplicaRun(PolicyCatalogue.Planner(planner), limits, kv, jobs) { Verifies = false };
    }
}
