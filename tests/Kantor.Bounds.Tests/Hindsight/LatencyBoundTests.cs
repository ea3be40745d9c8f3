using Kantor.Bounds.Hindsight;
using Kantor.Core.Randomness;

namespace Kantor.Bounds.Tests.Hindsight;

public class LatencyBoundTests
{
    [Fact]
    public void Alone_in_a_pool_of_its_own_mean_size_a_request_is_bound_by_its_rounds()
    {
        BoundJob[] jobs = [BoundJob.InTheory(5, 10, 4)];
        Assert.Equal(4, LatencyBound.ByRounds(jobs).TotalRounds);
        Assert.Equal(4, LatencyBound.Best(jobs, 14).TotalRounds, 0.2);
    }

    [Fact]
    public void In_a_burst_the_mean_busy_times_have_a_closed_form()
    {
        var random = new RandomStream(4, "burst");
        BoundJob[] jobs = [.. Enumerable.Range(0, 50).Select(_ => BoundJob.InTheory(0, 1 + random.NextInt(100), 1 + random.NextInt(200)))];
        var (before, sum) = (0.0, 0.0);
        foreach (var job in jobs.OrderBy(job => job.Volume))
        {
            var meanIndex = Enumerable.Range(1, job.Rounds).Sum(round => (double)round * (job.Kv.HeldTokens + round)) / job.Volume;
            sum += ((before + (job.Volume / 2.0)) / 4000) + 0.5 + job.Rounds - meanIndex;
            before += job.Volume;
        }

        Assert.Equal(sum, LatencyBound.ByMeanBusyTime(jobs, 4000).TotalRounds, 6);
    }

    [Fact]
    public void The_sum_of_volumes_holds_for_bursts_only()
    {
        BoundJob[] burst = [BoundJob.InTheory(2, 1, 2), BoundJob.InTheory(2, 3, 2)];
        Assert.Equal((5 + (5 + 9)) / 10.0, LatencyBound.ByVolume(burst, 10)!.Value.TotalRounds);
        Assert.Null(LatencyBound.ByVolume([burst[0], BoundJob.InTheory(3, 3, 2)], 10));
    }

    [Fact]
    public void The_best_bound_says_which_one_it_is()
    {
        BoundJob[] crowd = [.. Enumerable.Repeat(BoundJob.InTheory(0, 50, 50), 200)];
        Assert.Equal(LatencyBound.MeanBusyTime, LatencyBound.Best(crowd, 1000).Name);
        Assert.Equal(LatencyBound.Rounds, LatencyBound.Best(crowd[..2], 1000).Name);
    }

    /// <summary>So the published bound is there to be compared with, and the best one is seldom it.</summary>
    [Fact]
    public void Of_requests_that_fit_the_pool_the_mean_busy_times_prove_at_least_what_the_volumes_prove()
    {
        TestSeed.Each(300, seed =>
        {
            var random = new RandomStream(seed, "volumes");
            BoundJob[] jobs = [.. Enumerable.Range(0, 1 + random.NextInt(40)).Select(_ => BoundJob.InTheory(0, 1 + random.NextInt(60), 1 + random.NextInt(60)))];
            var pool = jobs.Max(job => job.PeakTokens) + random.NextInt(200);
            Assert.True(LatencyBound.ByVolume(jobs, pool)!.Value.TotalRounds <= LatencyBound.ByMeanBusyTime(jobs, pool).TotalRounds + 1e-6);
        });
    }

    [Fact]
    public void A_pool_without_memory_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyBound.ByVolume([], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyBound.ByMeanBusyTime([], 0));
    }
}
