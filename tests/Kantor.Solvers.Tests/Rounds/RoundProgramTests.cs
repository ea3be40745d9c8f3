using Kantor.Bounds.Hindsight;
using Kantor.Solvers.Rounds;
using Kantor.Solvers.Solving;

namespace Kantor.Solvers.Tests.Rounds;

public class RoundProgramTests
{
    [Fact]
    public void It_agrees_with_the_own_search_without_preemption__INV_BND_5() => TestSeed.Each(250, seed =>
    {
        var (jobs, pool) = SmallJobs.Draw(seed, jobsMax: 6, roundsMax: 6);
        Assert.Equal(HindsightOptimum.TotalLatency(jobs, pool), RoundProgram.TotalLatency(jobs, pool));
    });

    [Fact]
    public void It_agrees_with_the_own_search_with_preemption__INV_BND_5() => TestSeed.Each(200, seed =>
    {
        var (jobs, pool) = SmallJobs.Draw(seed, jobsMax: 5, roundsMax: 5);
        Assert.Equal(HindsightOptimum.TotalLatencyWithPreemption(jobs, pool), RoundProgram.TotalLatencyWithPreemption(jobs, pool));
    });

    [Fact]
    public void Its_weight_in_time_is_the_best_of_all_choices_and_starts() => TestSeed.Each(200, seed =>
    {
        var (jobs, pool) = SmallJobs.DrawDue(seed, jobsMax: 4, roundsMax: 5);
        Assert.Equal(BestOfAllChoices(jobs, pool), RoundProgram.WeightInTime(jobs, pool));
    });

    /// <summary>Memory that counts for nothing, and a little more of it than there is: the comparison is not blind.</summary>
    [Theory]
    [InlineData(1_000)]
    [InlineData(2)]
    public void Too_much_memory_is_caught(int moreTokens)
    {
        var caught = 0;
        for (var seed = 1UL; seed <= 60; seed++)
        {
            var (jobs, pool) = SmallJobs.Draw(seed, jobsMax: 6, roundsMax: 6);
            caught += RoundProgram.TotalLatency(jobs, pool + moreTokens) < HindsightOptimum.TotalLatency(jobs, pool) ? 1 : 0;
        }

        Assert.True(caught > 0, "no instance told the wrong pool from the right one");
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_what_is_not_proved_is_not_said()
    {
        Assert.Throws<ArgumentException>(() => RoundProgram.TotalLatency([BoundJob.InTheory(0, 10, 1)], poolTokens: 10));
        Assert.Equal(0, RoundProgram.TotalLatency([], poolTokens: 1));
        BoundJob[] crowd = [.. Enumerable.Range(0, 40).Select(at => BoundJob.InTheory(at, 5 + (at % 7), 5 + (at % 11)))];
        Assert.Null(RoundProgram.TotalLatency(crowd, poolTokens: 40, new SolverEffort(DeterministicSeconds: 0.001)));
        Assert.Throws<ArgumentOutOfRangeException>(() => RoundProgram.TotalLatency(crowd, 40, new SolverEffort(0)));
    }

    /// <summary>Each job refused or started in any round, checked round by round.</summary>
    private static double BestOfAllChoices(DueJob[] jobs, long poolTokens)
    {
        var held = new long[jobs.Max(due => due.DueRound) + 1];
        return Best(0);

        double Best(int index)
        {
            if (index == jobs.Length) return 0;
            var ((job, due, weight), best) = (jobs[index], Best(index + 1));
            for (var start = job.ArrivalRound; start + job.Rounds <= due; start++)
            {
                for (var round = 1; round <= job.Rounds; round++) held[start + round] += job.Kv.HeldTokens + round;
                if (held.Max() <= poolTokens) best = Math.Max(best, weight + Best(index + 1));
                for (var round = 1; round <= job.Rounds; round++) held[start + round] -= job.Kv.HeldTokens + round;
            }

            return best;
        }
    }
}
