using Kantor.Core.Batching.Policies.Lookahead;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.Lookahead;

public class SortedFPlannerTests
{
    /// <summary>
    /// The source's case against shortest first: a long prompt with an answer of one token goes first and keeps a pool's worth of small ones out;
    /// the batch of the small ones delays the long one less than that one delays them.
    /// </summary>
    [Fact]
    public void A_long_prompt_with_the_shortest_answer_does_not_go_before_a_batch_of_small_ones()
    {
        Job[] jobs = [Job(0, 0, 99, 1), .. Enumerable.Range(1, 30).Select(id => Job(id, 0, 1, 2))];
        var (shortest, dense) = (Run(new McSfPlanner(), jobs).ToEnd(), Run(new SortedFPlanner(), jobs).ToEnd());
        Assert.Equal((0, 1), (shortest.Traces[0].FirstStep, shortest.Traces[1].FirstStep));
        Assert.Equal((2, 0), (dense.Traces[0].FirstStep, dense.Traces[30].FirstStep));
    }

    [Fact]
    public void Its_advantage_over_shortest_first_grows_with_the_pool()
    {
        double Ratio(int pool)
        {
            Job[] jobs = [.. Enumerable.Range(0, 20).Select(id => Job(id, 0, pool - 1, 1)), .. Enumerable.Range(20, pool / 3).Select(id => Job(id, 0, 1, 2))];
            return MeanLatency(Run(new McSfPlanner(), jobs, pool, 10_000).ToEnd(), jobs) / MeanLatency(Run(new SortedFPlanner(), jobs, pool, 10_000).ToEnd(), jobs);
        }

        var ratios = new[] { Ratio(60), Ratio(240), Ratio(960) };
        Assert.True(ratios[0] > 1 && ratios[1] > 1.5 * ratios[0] && ratios[2] > 1.5 * ratios[1], string.Join(' ', ratios));
    }

    /// <summary>The whole backlog in the order of the source, found by brute force, is the order in which a pool for one at a time starts them.</summary>
    [Fact]
    public void A_backlog_starts_in_the_order_of_the_source() => TestSeed.Each(20, seed =>
    {
        var random = new RandomStream(seed, "sorted-f");
        var jobs = Enumerable.Range(0, 8).Select(id => Job(id, 0, 1 + random.NextInt(30), 1 + random.NextInt(30))).ToList();
        Assert.Equal(Order(jobs, 100), Starts(Run(new SortedFPlanner(), jobs, running: 1).ToEnd()));
    });

    [Fact]
    public void Searching_the_neighbourhood_changes_batches_of_long_queues_and_the_exact_one_those_of_short_ones()
    {
        var random = new RandomStream(9, "search");
        var jobs = Enumerable.Range(0, 40).Select(id => Job(id, 0, 1 + random.NextInt(60), 1 + random.NextInt(35))).ToList();
        long[] Order(SortedFOptions options) => Starts(Run(new SortedFPlanner(options), jobs, running: 1).ToEnd());
        var (greedy, local) = (Order(new() { ExactMax = 0, Search = BatchSearch.Greedy }), Order(new() { ExactMax = 0 }));
        Assert.NotEqual(greedy, local);
        Assert.NotEqual(local, Order(new() { ExactMax = 16 }));
    }

    [Fact]
    public void With_true_beliefs_nobody_is_ever_preempted__INV_SVF_3() => TestSeed.Each(15, seed =>
    {
        var jobs = Jobs.Random(seed, 60, 60).Select(job => Job((int)job.Id, job.ArrivalStep, job.Prompt.Count, job.OutputTokens)).ToList();
        Assert.Equal(0, Run(new SortedFPlanner(), jobs).ToEnd().Scheduler.Counters.Preemptions);
    });

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 30)]
    public void Memory_is_planned_for_the_mean_belief_or_for_the_upper_one_as_told(bool upper, int starts)
    {
        // Two of 20 + 30 tokens fit together, as the mean believes; two of 20 + 60 do not.
        Job[] jobs = [Job(0, 0, 20, 30), Job(1, 0, 20, 30)];
        var planner = new SortedFPlanner(new SortedFOptions { PlansForUpperBelief = upper });
        Assert.Equal(starts, Run(planner, jobs, predictor: new TrueLengths(upperFactor: 2)).ToEnd().Traces[1].FirstStep);
    }

    [Fact]
    public void Options_out_of_range_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SortedFPlanner(new SortedFOptions { ExactMax = 17 }));

    private static long[] Order(List<Job> jobs, int pool)
    {
        var (left, order) = (jobs.ToList(), new List<long>());
        while (left.Count > 0)
        {
            var best = Enumerable.Range(1, (1 << left.Count) - 1).Select(set => left.Where((_, index) => (set >> index & 1) != 0).ToArray())
                .Where(set => set.Sum(job => job.Prompt.Count + job.OutputTokens) <= pool)
                .OrderBy(set => (double)set.Sum(job => job.OutputTokens) / (set.Length * set.Length)).ThenByDescending(set => set.Length)
                .ThenBy(set => set.Sum(job => job.Prompt.Count)).First();
            order.AddRange(best.OrderBy(job => job.OutputTokens).ThenBy(job => job.Id).Select(job => job.Id));
            left.RemoveAll(best.Contains);
        }

        return [.. order];
    }
}
