using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Prefix;
using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Policies.Prefix;

public class DfsWeightPlannerTests(ITestOutputHelper output)
{
    // Two prefixes that are cached when the others come: a long one of which one more waits, and a short one of which three do.
    private static readonly int[] Long = [.. Enumerable.Range(100, 40)];
    private static readonly int[] Short = [.. Enumerable.Range(200, 10)];

    [Fact]
    public void The_heavier_subtree_goes_before_the_longer_prefix__and_who_shares_nothing_last()
    {
        Job[] jobs = [Of(0, 0, Long), Of(1, 0, Short), Jobs.Plain(2, 5, 20, 2), Of(3, 5, Long), Of(4, 5, Short), Of(5, 5, Short), Of(6, 5, Short)];
        Assert.Equal([4, 5, 6, 3, 2], Order("dfs-weight", jobs));
        Assert.Equal([3, 4, 5, 6, 2], Order("lpm", jobs));
        Assert.Equal([2, 3, 4, 5, 6], Order("dfs-weight:matched-max=2", jobs));
    }

    /// <summary>Subtrees come before the requests that end at the node above them, and stay together.</summary>
    [Fact]
    public void Subtrees_go_before_the_requests_of_their_node()
    {
        int[] left = [.. Short, 1, 2, 3], right = [.. Short, 4, 5, 6];
        Job[] jobs =
        [
            Of(0, 0, left), Of(1, 0, right), Of(2, 5, Short), Of(3, 5, left), Of(4, 5, right), Of(5, 5, Short), Of(6, 5, right), Of(7, 5, left), Of(8, 5, right),
        ];
        Assert.Equal([4, 6, 8, 3, 7, 2, 5], Order("dfs-weight", jobs));
    }

    /// <summary>Without words about what requests are made of, nobody shares a subtree: who has something cached goes first.</summary>
    [Fact]
    public void Requests_of_which_nothing_is_known_stand_alone()
    {
        var view = new ViewBuilder { StepTokensMax = 200 };
        view.Waiting(prompt: 20);
        view.Waiting(prompt: 20, hitTokens: 8);
        view.Waiting(prompt: 20, hitTokens: 16);
        Assert.Equal([1, 2, 0], view.Plan(new DfsWeightPlanner()).Grants.ToArray().Select(grant => grant.Row));
    }

    /// <summary>The order of SGLang's rule, computed on a tree that is built anew for each step, on random trees of prompts.</summary>
    [Fact]
    public void The_first_is_always_that_of_the_rule_on_the_whole_tree() => TestSeed.Each(20, seed =>
    {
        var (jobs, checks) = (Forest(seed), 0);
        var run = Run("dfs-weight", jobs, running: 1, pool: 60);
        while (!run.IsOver)
        {
            run.Arrive();
            var expected = run.Scheduler.RunningCount == 0 ? Rule(run).FirstOrDefault() : null;
            var step = run.Step;
            run.Advance();
            if (expected is null) continue;
            var started = jobs.Single(job => run.Traces[job.Id].FirstStep == step);
            Assert.True(expected == started, $"step {step}: {expected.Id} and not {started.Id}");
            checks++;
        }

        Assert.Equal(jobs.Count, checks);
    });

    /// <summary>
    /// The theorem of the source is about the tree of a known batch, visited depth first; the tree of what is cached so far leads to the same
    /// visit, so every token is computed once.
    /// </summary>
    [Fact]
    public void Every_token_of_a_known_batch_is_computed_once() => TestSeed.Each(20, seed =>
    {
        var jobs = Forest(seed).ConvertAll(job => job with { ArrivalStep = 0, OutputTokens = 1, OutputTokensMax = 1 });
        var tree = jobs.SelectMany(job => Enumerable.Range(1, job.Prompt.Count).Select(length => string.Join(',', job.Prompt.Take(length)))).Distinct().Count();
        var (dfs, fcfs) = (Computed("dfs-weight", jobs), Computed("fcfs", jobs));
        output.WriteLine($"{tree} tokens, dfs-weight {dfs}, fcfs {fcfs}");
        Assert.Equal(tree, dfs);
        Assert.True(fcfs > tree);
    });

    private static long Computed(string planner, List<Job> jobs)
    {
        var (run, tokens) = (Run(planner, jobs, running: 1, pool: jobs.Max(job => job.Prompt.Count) + 1), 0L);
        while (!run.IsOver) tokens += run.Advance().Sum(slice => slice.Tokens);
        return tokens;
    }

    /// <summary>Prompts that continue the beginnings of others, each with an end of its own, coming a few at a time.</summary>
    private static List<Job> Forest(ulong seed)
    {
        var random = new RandomStream(seed, "forest");
        var prompts = new List<int[]>();
        for (var number = 0; number < 40; number++)
        {
            var from = prompts.Count > 0 && random.NextInt(8) > 0 ? prompts[random.NextInt(prompts.Count)] : [];
            prompts.Add([.. from[..(from.Length / 2)], .. Enumerable.Range(0, 1 + random.NextInt(8)).Select(_ => random.NextInt(3)), 100 + number]);
        }

        return [.. prompts.Select((prompt, id) => new Job(id, id / 4, prompt, 1 + random.NextInt(3), 4))];
    }

    private static List<Job> Rule(ReplicaRun run)
    {
        var view = run.Scheduler.View(0);
        var waiting = new List<(Job Job, int Cached)>();
        foreach (var row in view.Waiting)
        {
            // Not by the view, which answers as of the last plan.
            var cached = run.Scheduler.Kv.Probe(run.Scheduler.Spec(row).Content, default, view.WantedTokens[row] - 1);
            waiting.Add((run.JobOf(row), cached.Tokens));
        }

        return [.. Visit(waiting, 0)];
    }

    /// <summary>Requests that share so many cached tokens: the heaviest child first, then those that end here.</summary>
    private static IEnumerable<Job> Visit(List<(Job Job, int Cached)> node, int depth)
    {
        var children = node.Where(one => one.Cached > depth).GroupBy(one => one.Job.Prompt[depth])
            .Select(child => child.ToList()).OrderByDescending(child => child.Count).ThenBy(child => child.Min(one => one.Job.Id));
        return children.SelectMany(child => Visit(child, depth + 1)).Concat(node.Where(one => one.Cached == depth).Select(one => one.Job).OrderBy(job => job.Id));
    }

    private static Job Of(int id, int step, int[] prefix) => new(id, step, [.. prefix, 10_000 + id], 2, 2);

    /// <summary>The order in which those that come in step 5 are admitted, all at once.</summary>
    private static long[] Order(string planner, Job[] jobs)
    {
        var run = Run(planner, jobs, running: 16, pool: 500);
        while (run.Step < 5) run.Advance();
        run.Arrive();
        return [.. run.Plan().Select(slice => run.JobOf(slice.Row).Id)];
    }

    private static ReplicaRun Run(string planner, IEnumerable<Job> jobs, int running, int pool) => new(
        PolicyCatalogue.Planner(planner),
        new BatchLimits { StepTokensMax = 10_000, RunningMax = running },
        new KvLedgerOptions { BlocksTotal = pool, BlockSizeTokens = 1 },
        jobs)
    { Verifies = false };
}
