using Kantor.Bounds.Hindsight;
using Kantor.Core.Randomness;

namespace Kantor.Bounds.Tests.Hindsight;

public class HindsightOptimumTests
{
    [Fact]
    public void Nobody_waits_when_all_fit_and_one_waits_for_the_shorter_when_they_do_not()
    {
        BoundJob[] jobs = [BoundJob.InTheory(0, 4, 3), BoundJob.InTheory(0, 4, 5)];
        Assert.Equal(8, HindsightOptimum.TotalLatency(jobs, poolTokens: 100));
        Assert.Equal(8 + 3, HindsightOptimum.TotalLatency(jobs, poolTokens: 9));
        Assert.Equal(0, HindsightOptimum.TotalLatency([], poolTokens: 1));
    }

    [Fact]
    public void A_start_may_wait_for_somebody_who_is_yet_to_come()
    {
        // The long one takes all memory for 10 rounds; the short one comes a round later.
        BoundJob[] jobs = [BoundJob.InTheory(0, 10, 10), BoundJob.InTheory(1, 10, 1)];
        Assert.Equal(2 + 10 + 1, HindsightOptimum.TotalLatency(jobs, poolTokens: 20));
        Assert.Equal(1 + 10 + 1, HindsightOptimum.TotalLatencyWithPreemption(jobs, poolTokens: 20));
    }

    [Fact]
    public void It_is_the_best_of_all_start_times()
    {
        TestSeed.Each(40, seed =>
        {
            var (jobs, pool) = Draw(seed, jobsMax: 4, roundsMax: 4);
            Assert.Equal(BestOfAllStarts(jobs, pool), HindsightOptimum.TotalLatency(jobs, pool));
        });
    }

    [Fact]
    public void Preempting_for_nothing_never_costs_and_bounds_stay_below__INV_BND_1_INV_BND_2()
    {
        var gains = 0;
        TestSeed.Each(150, seed =>
        {
            var (jobs, pool) = Draw(seed, jobsMax: 6, roundsMax: 6);
            var (steady, preempting) = (HindsightOptimum.TotalLatency(jobs, pool), HindsightOptimum.TotalLatencyWithPreemption(jobs, pool));
            gains += preempting < steady ? 1 : 0;
            Assert.True(preempting <= steady, $"case {seed}: {preempting} with preemption, {steady} without");
            foreach (var bound in (LatencyBound?[])[LatencyBound.ByRounds(jobs), LatencyBound.ByMeanBusyTime(jobs, pool), LatencyBound.ByVolume(jobs, pool), LatencyBound.Best(jobs, pool)])
            {
                if (bound is { } proved) Assert.True(proved.TotalRounds <= preempting + 1e-6, $"case {seed}: {proved} above the optimum {preempting}");
            }
        });

        Assert.InRange(gains, 10, 150);
    }

    [Fact]
    public void What_cannot_be_solved_is_refused_with_the_limit()
    {
        Assert.Contains("at most 8", Refusal([.. Enumerable.Repeat(BoundJob.InTheory(0, 1, 1), 9)], 100));
        Assert.Contains("1 to 63", Refusal([BoundJob.InTheory(0, 1, 64)], 100));
        Assert.Contains("0 to 65535", Refusal([BoundJob.InTheory(65_536, 1, 1)], 100));
        Assert.Contains("11 of 10", Refusal([BoundJob.InTheory(0, 10, 1)], 10));
        Assert.Contains("More than 10 states", Assert.Throws<ArgumentException>(() => HindsightOptimum.TotalLatency([.. Enumerable.Repeat(BoundJob.InTheory(0, 4, 9), 6)], 26, statesMax: 10)).Message);
    }

    internal static (BoundJob[] Jobs, long PoolTokens) Draw(ulong seed, int jobsMax, int roundsMax)
    {
        var random = new RandomStream(seed, "hindsight");
        var spread = seed % 2 == 0 ? 1 : 8;
        BoundJob[] jobs = [.. Enumerable.Range(0, 2 + random.NextInt(jobsMax - 1)).Select(_ => BoundJob.InTheory(random.NextInt(spread), 1 + random.NextInt(9), 1 + random.NextInt(roundsMax)))];
        return (jobs, jobs.Max(job => job.PeakTokens) + random.NextInt(12));
    }

    private static string Refusal(BoundJob[] jobs, long poolTokens) => Assert.Throws<ArgumentException>(() => HindsightOptimum.TotalLatency(jobs, poolTokens)).Message;

    /// <summary>Every vector of start times up to the last arrival and the work of all, checked round by round.</summary>
    private static long BestOfAllStarts(BoundJob[] jobs, long poolTokens)
    {
        var horizon = jobs.Max(job => job.ArrivalRound) + jobs.Sum(job => job.Rounds);
        var held = new long[(2 * horizon) + 1];
        return Best(0);

        long Best(int job)
        {
            if (job == jobs.Length) return held.Max() <= poolTokens ? 0 : int.MaxValue;
            var best = (long)int.MaxValue;
            for (var start = jobs[job].ArrivalRound; start + jobs[job].Rounds <= horizon; start++)
            {
                for (var round = 1; round <= jobs[job].Rounds; round++) held[start + round] += jobs[job].Kv.HeldTokens + round;
                if (held.Max() <= poolTokens) best = Math.Min(best, start + jobs[job].Rounds - jobs[job].ArrivalRound + Best(job + 1));
                for (var round = 1; round <= jobs[job].Rounds; round++) held[start + round] -= jobs[job].Kv.HeldTokens + round;
            }

            return best;
        }
    }
}
