using Kantor.Core.Batching.Policies.Lookahead;
using Kantor.Core.Occupancy;
using Kantor.Core.Randomness;

namespace Kantor.Core.Tests.Batching.Policies.Lookahead;

public class StartProgramTests
{
    [Fact]
    public void All_start_at_once_where_memory_suffices()
    {
        var starts = new double[3];
        var bound = new StartProgram().Solve([new(5, 5)], [new(9, 1), new(2, 6), new(3, 3)], 100, 50, starts);
        Assert.Equal([0, 0, 0], starts);
        Assert.Equal(0, bound);
    }

    /// <summary>Two that hold the whole pool for a round each: one starts at 0 and one at 1, whichever.</summary>
    [Fact]
    public void Where_one_fits_after_the_other_the_sum_of_starts_is_that_of_the_best_schedule()
    {
        var starts = new double[2];
        var bound = new StartProgram().Solve([], [new(9, 1), new(9, 1)], 10, 400, starts);
        Assert.InRange(bound, 0.95, 1 + 1e-9);
    }

    [Fact]
    public void What_runs_takes_its_memory_until_it_ends()
    {
        var starts = new double[1];
        // It needs 80; 4, 3, 2 and 1 are left in the first rounds, in which so many parts of it start, and all from the sixth: 4.5 in the mean.
        new StartProgram().Solve([new(94, 5)], [new(79, 1)], 99, 400, starts);
        Assert.InRange(starts[0], 4.2, 4.8);
    }

    /// <summary>
    /// What prices say is never above the starts of a schedule: here of the best in which requests start in some order, each as soon as it fits.
    /// And the means that orders come from are near it.
    /// </summary>
    [Fact]
    public void The_bound_is_below_every_schedule_and_the_means_are_near_it()
    {
        var (gaps, bounds) = (new List<double>(), new List<double>());
        TestSeed.Each(30, seed =>
        {
            var random = new RandomStream(seed, "relaxation");
            var pool = 18 + random.NextInt(13);
            var waiting = Enumerable.Range(0, 6).Select(_ => 1 + random.NextInt(14)).Select(held => new KvTrapezoid(held, 1 + random.NextInt(Math.Min(6, pool - held)))).ToArray();
            var starts = new double[6];
            var bound = new StartProgram().Solve([], waiting, pool, 400, starts);
            var best = Orders([0, 1, 2, 3, 4, 5]).Min(order => StartsInOrder(waiting, order, pool));
            Assert.True(bound <= best + 1e-6, $"{bound} and {best}");
            gaps.Add(starts.Sum() - bound);
            bounds.Add(bound);
        });
        // Ties of the relaxation stay in the mean.
        Assert.True(gaps.Average() <= 0.1 * bounds.Average(), $"{gaps.Average()} of {bounds.Average()}");
    }

    private static IEnumerable<int[]> Orders(int[] left) => left.Length == 0
        ? [[]]
        : left.SelectMany(first => Orders([.. left.Where(other => other != first)]).Select(rest => (int[])[first, .. rest]));

    private static int StartsInOrder(KvTrapezoid[] waiting, int[] order, int pool)
    {
        var (held, sum) = (new long[200], 0);
        foreach (var index in order)
        {
            var one = waiting[index];
            var start = Enumerable.Range(0, 100).First(at => Enumerable.Range(1, one.RemainingRounds).All(round => held[at + round] + one.HeldTokens + round <= pool));
            for (var round = 1; round <= one.RemainingRounds; round++) held[start + round] += one.HeldTokens + round;
            sum += start;
        }

        return sum;
    }
}
