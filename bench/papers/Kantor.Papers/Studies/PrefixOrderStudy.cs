using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Prefix;
using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;

namespace Kantor.Papers.Studies;

/// <summary>Longest cached prefix first: the theorem of SGLang, arXiv 2312.07104, and who starves under it (research notes, scheduling 15).</summary>
internal static class PrefixOrderStudy
{
    private const int RandomOrders = 30;

    private const string ArrivalLosesHits = "order of arrival loses so many hits in a pool for seven of twelve prefixes that it waits longest of all";

    private const string StillPrefixFirst = "who shares nothing has eleven times as many tokens to compute, so its ratio grows that much slower; "
        + "in order of arrival nobody is passed over";

    private const string TailCostsMean = "what hrrn gives to those who wait long it takes from those with a prefix, who are nineteen of twenty; the source's loads differ in prompt length, too";

    public static Study Study { get; } = new(
        "sglang",
        "Longest cached prefix first",
        "arXiv 2312.07104 and SGLang's pull request 32911; research notes, scheduling 15",
        "The theorem is run on a replica that serves one request at a time in a pool for the longest. For the online part the source measured GLM-5.2 on 16 B200; here a "
            + "replica in rounds of unit time gets 600 requests, of which nineteen in twenty share one of twelve prefixes.",
        Measure);

    private static IReadOnlyList<Figure> Measure(Effort effort)
    {
        var trees = Enumerable.Range(0, effort.Pick(60, 20)).Select(seed => Tree((ulong)seed)).ToArray();
        var lpm = trees.Select(jobs => (double)Computed(new LpmPlanner(), jobs) / DistinctTokens(jobs)).ToArray();
        var random = trees.Select((jobs, seed) => BestRandomOrder(jobs, (ulong)seed)).ToArray();
        return
        [
            new Figure("lpm, tokens computed, times those of the prefix tree, least", Claim.Is(1, 0, "1, exact"), lpm.Min()),
            new Figure("lpm, tokens computed, times those of the prefix tree, most", Claim.Is(1, 0, "1, exact"), lpm.Max()),
            new Figure("best of 30 random orders, least of all trees", Claim.AtLeast(1, "none is better"), random.Min()),
            new Figure("best of 30 random orders, mean over trees", Claim.Beside("1.47 (calibration)"), random.Average(), 2),
            new Figure("who shares nothing waits while a shared prefix streams: lpm serves it", Claim.Is(0, 0, "never"), IsServed(new LpmPlanner()) ? 1 : 0, 0),
            new Figure("the same with k-lpm and hrrn, served of 2", Claim.Is(2, 0, "2"), (IsServed(new KLpmPlanner()) ? 1 : 0) + (IsServed(new HrrnPlanner()) ? 1 : 0), 0),
            .. Online("a pool for seven prefixes", Waits.InSmallPool, ArrivalLosesHits, null, TailCostsMean),
            .. Online("a pool for all prefixes", Waits.InLargePool, null, StillPrefixFirst, TailCostsMean),
        ];
    }

    /// <summary>The source's P99: fcfs 60.5, lpm 213.3, hrrn 55.5 s; its means: 24.2, 16.4, 7.5 s.</summary>
    private static Figure[] Online(string pool, Func<IBatchPlanner, Waits> waits, string? lpmTail, string? hrrnTail, string hrrnMean)
    {
        var (fcfs, lpm, hrrn) = (waits(new FcfsPlanner()), waits(new LpmPlanner()), waits(new HrrnPlanner()));
        return
        [
            new Figure($"{pool}: P99 wait of lpm, times that of fcfs", Claim.AtLeast(2, "3.5"), lpm.P99 / fcfs.P99, 2) { Finding = lpmTail },
            new Figure($"{pool}: mean wait of lpm, times that of fcfs", Claim.AtMost(1, "0.68"), lpm.Mean / fcfs.Mean, 2),
            new Figure($"{pool}: P99 wait of hrrn, times that of fcfs", Claim.AtMost(1, "0.92"), hrrn.P99 / fcfs.P99, 2) { Finding = hrrnTail },
            new Figure($"{pool}: P99 wait of hrrn, times that of lpm", Claim.AtMost(1, "0.26"), hrrn.P99 / lpm.P99, 2),
            new Figure($"{pool}: mean wait of hrrn, times that of lpm", Claim.AtMost(1, "0.46"), hrrn.Mean / lpm.Mean, 2) { Finding = hrrnMean },
        ];
    }

    public static ReplicaRun Run(IBatchPlanner planner, IEnumerable<Job> jobs, int running, int pool, int stepTokens = 10_000) => new(
        planner,
        new BatchLimits { StepTokensMax = stepTokens, RunningMax = running },
        new KvLedgerOptions { BlocksTotal = pool, BlockSizeTokens = 1 },
        jobs)
    { Verifies = false };

    /// <summary>Tokens computed for all, one request at a time, in a pool for the longest.</summary>
    public static long Computed(IBatchPlanner planner, IReadOnlyList<Job> jobs)
    {
        var run = Run(planner, jobs, running: 1, pool: jobs.Max(job => job.Prompt.Count) + 1);
        var tokens = 0L;
        while (!run.IsOver) tokens += run.Advance().Sum(slice => slice.Tokens);
        return tokens;
    }

    /// <summary>Tokens of the prefix tree. The newest token of a prompt is always computed, so whole repeats would cost one: there are none.</summary>
    public static long DistinctTokens(IEnumerable<Job> jobs) =>
        jobs.SelectMany(job => Enumerable.Range(1, job.Prompt.Count).Select(length => string.Join(',', job.Prompt.Take(length)))).Distinct().Count();

    /// <summary>Prompts of a tree, none the beginning of another, each with an answer of one token.</summary>
    public static List<Job> Tree(ulong seed)
    {
        var random = new RandomStream(seed, "trie");
        var prompts = new List<int[]>();
        for (var number = 0; number < 25; number++)
        {
            var from = prompts.Count > 0 && random.NextInt(8) > 0 ? prompts[random.NextInt(prompts.Count)] : [];
            int[] kept = from.Length == 0 ? [] : from[..(from.Length / 2)];
            prompts.Add([.. kept, .. Enumerable.Range(0, 1 + random.NextInt(8)).Select(_ => random.NextInt(3)), 100 + number]);
        }

        return [.. prompts.Select((prompt, id) => new Job(id, 0, prompt, 1, 1))];
    }

    /// <summary>About what a replica can compute: of twenty one shares nothing, the others one of twelve prefixes.</summary>
    private static List<Job> Groups()
    {
        var random = new RandomStream(2, "groups");
        return [.. Enumerable.Range(0, 600).Select(id =>
        {
            int[] prompt = random.NextInt(20) == 0 ? Jobs.Prompt(id, 70) : [.. Enumerable.Range(100 * random.NextInt(12), 64), .. Jobs.Prompt(id, 6)];
            return new Job(id, id, prompt, 8, 8);
        })];
    }

    /// <summary>Whether a request that shares nothing is ever served while a stream that shares a prefix takes all the time there is.</summary>
    public static bool IsServed(IBatchPlanner planner)
    {
        var shared = Enumerable.Range(0, 400).Select(id => new Job(id, id * 2, [.. Enumerable.Range(0, 32), 1_000 + id], 2, 2));
        var run = Run(planner, [.. shared, new Job(1_000, 3, Jobs.Prompt(7, 33), 2, 2)], running: 1, pool: 80);
        while (run.Step < 390) run.Advance();
        return run.Traces[1_000].FirstStep is not null;
    }

    private static double BestRandomOrder(List<Job> jobs, ulong seed)
    {
        var random = new RandomStream(seed, "order");
        var best = Enumerable.Range(0, RandomOrders).Min(_ =>
        {
            var order = jobs.ToArray();
            for (var i = order.Length - 1; i > 0; i--)
            {
                var j = random.NextInt(i + 1);
                (order[i], order[j]) = (order[j], order[i]);
            }

            return Computed(new FcfsPlanner(), [.. order.Select((job, id) => job with { Id = id })]);
        });
        return (double)best / DistinctTokens(jobs);
    }

    /// <summary>Steps from arrival to the first step with it.</summary>
    public sealed record Waits(double Mean, double P99)
    {
        /// <summary>Seven of the twelve prefixes fit beside who runs.</summary>
        public static Waits InSmallPool(IBatchPlanner planner) => Of(planner, running: 16, pool: 500, stepTokens: 24);

        /// <summary>All prefixes fit, and a replica of few places is a little too slow, so that a queue builds up.</summary>
        public static Waits InLargePool(IBatchPlanner planner) => Of(planner, running: 8, pool: 1_600, stepTokens: 20);

        private static Waits Of(IBatchPlanner planner, int running, int pool, int stepTokens)
        {
            var jobs = Groups();
            var run = Run(planner, jobs, running, pool, stepTokens).ToEnd();
            var waits = jobs.Select(job => (double)(run.Traces[job.Id].FirstStep!.Value - job.ArrivalStep)).Order().ToArray();
            return new Waits(waits.Average(), waits[(int)(0.99 * waits.Length)]);
        }
    }
}
