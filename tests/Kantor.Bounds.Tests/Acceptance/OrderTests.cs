using Kantor.Bounds.Hindsight;
using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;

namespace Kantor.Bounds.Tests.Acceptance;

/// <summary>
/// Orders of the literature against the exact optimum without preemption, in the rounds of the theory: the synthetic study of arXiv 2502.07115 and
/// the table of the research notes (theory 3.1 and 3.3). Instances are smaller than the source's, whose integer programs had up to 60 requests.
/// </summary>
public class OrderTests(ITestOutputHelper output)
{
    /// <summary>
    /// The source: pool of 30 to 50 tokens, prompts of 1 to 5, outputs up to what the pool leaves, all at once, 200 instances of 40 to 60 requests:
    /// 1.005 times the optimum in the mean, 1.074 at worst, the optimum itself in 114. Of 5 requests, which can be solved exactly here, the last one
    /// weighs more: 1.011 and 1.094, and the optimum itself in 118.
    /// </summary>
    [Fact]
    public void ACC_3_1_all_at_once_shortest_first_is_optimal_as_often_as_the_source_says_and_on_small_instances_half_a_percent_off__finding()
    {
        var ratios = Ratios("mc-sf", 200, number => Instance((ulong)number, requests: 5, promptMax: 5, poolMin: 30, poolSpread: 21, lastArrival: 0));
        output.WriteLine(Line("mc-sf, all at once", ratios));
        Assert.True(ratios.Count(ratio => ratio == 1) >= 114);
        Assert.InRange(ratios.Average(), 1.005, 1.015);
        Assert.InRange(ratios.Max(), 1.074, 1.1);
    }

    /// <summary>
    /// The source: arrivals over time, 1.047 in the mean and 1.227 at worst. Of 5 requests the mean holds; the worst does not, because who arrives
    /// after a long one has begun is a fifth of all.
    /// </summary>
    [Fact]
    public void ACC_3_1_online_shortest_first_is_within_5_percent_of_the_optimum_in_the_mean_and_on_small_instances_not_at_worst__finding()
    {
        var ratios = Ratios("mc-sf", 200, number => Instance((ulong)number + 1000, requests: 5, promptMax: 5, poolMin: 30, poolSpread: 21, lastArrival: 40));
        output.WriteLine(Line("mc-sf, online", ratios));
        Assert.True(ratios.Average() <= 1.047, $"{ratios.Average()}");
        Assert.InRange(ratios.Max(), 1.227, 1.5);
    }

    /// <summary>
    /// The notes: unlike prompts, 7 requests, pools of 18 to 30 tokens, 100 instances: fcfs 1.395, mc-sf 1.093, svf 1.053, sorted-f 1.051; with
    /// backfilling mc-sf 1.029. Outputs of up to 6 give that table; they are not told.
    /// </summary>
    [Fact]
    public void ACC_3_3_with_unlike_prompts_the_volume_orders_lead_and_backfilling_helps_shortest_first()
    {
        (string Policy, double Notes)[] table =
        [
            ("mc-benchmark", 1.395), ("mc-sf", 1.093), ("svf:aging=false:backfilling=false", 1.053), ("sorted-f", 1.051), ("mc-sf:backfilling=skip", 1.029),
        ];
        var means = table.Select(line =>
        {
            var ratios = Ratios(line.Policy, 100, number => Instance((ulong)number + 2000, requests: 7, promptMax: 14, poolMin: 18, poolSpread: 13, lastArrival: 0, outputMax: 6));
            output.WriteLine(Line(line.Policy, ratios));
            Assert.InRange(ratios.Average(), line.Notes - 0.035, line.Notes + 0.035);
            return ratios.Average();
        }).ToArray();
        Assert.True(means[0] > means[1] && means[1] > means[2] && means[1] > means[3] && means[1] > means[4]);
    }

    /// <summary>
    /// The source's order by the linear relaxation, on the same instances: no figure is told for it. It is nearer to the optimum than shortest first,
    /// and near the order by volume, to which it falls back where the relaxation has ties.
    /// </summary>
    [Fact]
    public void The_order_by_the_linear_relaxation_is_nearer_to_the_optimum_than_shortest_first()
    {
        var means = new[] { "lp-guided", "mc-sf", "sorted-f", "svf:aging=false:backfilling=false", "lp-guided:rounds=1" }.ToDictionary(policy => policy, policy =>
        {
            var ratios = Ratios(policy, 100, number => Instance((ulong)number + 2000, requests: 7, promptMax: 14, poolMin: 18, poolSpread: 13, lastArrival: 0, outputMax: 6));
            output.WriteLine(Line(policy, ratios));
            return ratios.Average();
        });
        Assert.True(means["lp-guided"] < means["mc-sf"]);
        Assert.InRange(means["lp-guided"], 1, means["svf:aging=false:backfilling=false"] + 0.03);
    }

    private static double[] Ratios(string policy, int instances, Func<int, (Job[] Jobs, int PoolTokens)> instance) =>
        [.. Enumerable.Range(0, instances).Select(number =>
        {
            var (jobs, pool) = instance(number);
            var run = Run(PolicyCatalogue.Planner(policy), jobs, pool);
            var optimum = HindsightOptimum.TotalLatency([.. jobs.Select(job => BoundJob.InTheory(job.ArrivalStep, job.Prompt.Count, job.OutputTokens))], pool);
            var total = jobs.Sum(job => run.Traces[job.Id].EndStep!.Value + 1 - job.ArrivalStep);
            Assert.True(run.Scheduler.Counters.Preemptions > 0 || total >= optimum, $"case {number}: {policy} takes {total} rounds, the optimum {optimum}");
            return (double)total / optimum;
        })];

    private static ReplicaRun Run(IBatchPlanner planner, Job[] jobs, int poolTokens) => new ReplicaRun(
        planner,
        new BatchLimits { StepTokensMax = 1_000_000, RunningMax = 100 },
        new KvLedgerOptions { BlocksTotal = poolTokens, BlockSizeTokens = 1, PrefixCaching = false },
        jobs,
        new ClassIsLength())
    { Verifies = false }.ToEnd();

    private static (Job[] Jobs, int PoolTokens) Instance(ulong seed, int requests, int promptMax, int poolMin, int poolSpread, int lastArrival, int outputMax = int.MaxValue)
    {
        var random = new RandomStream(seed, "order");
        var pool = poolMin + random.NextInt(poolSpread);
        var jobs = new Job[requests];
        for (var id = 0; id < requests; id++)
        {
            var prompt = 1 + random.NextInt(promptMax);
            var output = 1 + random.NextInt(Math.Min(outputMax, pool - prompt));
            jobs[id] = Jobs.Plain(id, lastArrival == 0 ? 0 : random.NextInt(lastArrival), prompt, output) with { Class = output };
        }

        return (jobs, pool);
    }

    private sealed class ClassIsLength : ILengthPredictor
    {
        public string Name => "class-is-length";

        public PolicyState NewState() => new();

        public LengthBelief Predict(in LengthQuery query, PolicyState state) => new(query.Request.Class.Value, query.Request.Class.Value);
    }

    private static string Line(string name, double[] ratios) => FormattableString.Invariant(
        $"{name}: mean {ratios.Average():0.000}, worst {ratios.Max():0.000}, optimal {ratios.Count(ratio => ratio == 1)} of {ratios.Length}");
}
