using Kantor.Core.Batching.Policies.Deadlines;
using Kantor.Core.Randomness;

namespace Kantor.Core.Tests.Batching.Policies.Deadlines;

public class DueSetTests
{
    private static readonly DueSet.Pace TokenByToken = new(1, 1, 0);

    [Fact]
    public void The_long_one_is_left_out_for_two_short_ones()
    {
        var kept = Kept([new(10, 0, 0, 9, 1), new(11, 1, 1, 4, 1), new(12, 2, 2, 4, 1)]);
        Assert.Equal([1, 2], kept);
    }

    [Fact]
    public void A_value_that_is_high_enough_keeps_the_long_one() =>
        Assert.Equal([0], Kept([new(10, 0, 0, 9, 9), new(11, 1, 1, 4, 1), new(12, 2, 2, 4, 1)]));

    [Fact]
    public void A_step_of_several_prompts_gives_their_tokens_at_its_end_and_a_step_that_is_not_full_is_shorter()
    {
        var pace = new DueSet.Pace(10, 7, 2);
        Assert.Equal(7, pace.Us(10), 9);
        Assert.Equal(4.5, pace.Us(5), 9);
        Assert.Equal(7 + 2.5, pace.Us(11), 9);
        Assert.Equal(21, pace.Us(30), 9);
    }

    /// <summary>Moore and Hodgson: with equal values as many are kept as any order can have in time.</summary>
    [Fact]
    public void With_equal_values_as_many_are_kept_as_can_be_in_time() => TestSeed.Each(400, seed =>
    {
        var entries = Random(seed, (_, _) => 1);
        Assert.Equal(Best(entries), Kept(entries).Count);
    });

    /// <summary>Lawler: the best value, where less work is worth no less.</summary>
    [Fact]
    public void Where_less_work_is_worth_no_less_the_value_is_the_best() => TestSeed.Each(400, seed =>
    {
        var entries = Random(seed, (_, tokens) => 30 - tokens);
        Assert.Equal(Best(entries), Kept(entries).Sum(row => entries[row].Value), 9);
    });

    /// <summary>The control: leaving out whoever is found to be late, as order by due time alone does, loses value.</summary>
    [Fact]
    public void Leaving_out_the_late_one_instead_keeps_fewer()
    {
        var (kept, naive) = (0, 0);
        for (var seed = 0UL; seed < 200; seed++)
        {
            var entries = Random(seed, (_, _) => 1);
            kept += Kept(entries).Count;
            var sum = 0;
            foreach (var entry in entries.Order())
            {
                if (sum + entry.Tokens > entry.DueUs) continue;
                sum += entry.Tokens;
                naive++;
            }
        }

        Assert.True(naive < kept, $"{naive} and {kept}");
    }

    /// <summary>With any values it is greedy, like the knapsack: never better than the best, and here is how far below on the whole.</summary>
    [Fact]
    public void With_any_values_it_is_never_better_than_the_best_and_near_it_on_the_whole()
    {
        var (kept, best) = (0.0, 0.0);
        for (var seed = 0UL; seed < 400; seed++)
        {
            var entries = Random(seed, (random, _) => 1 + random.NextInt(9));
            var (value, most) = (Kept(entries).Sum(row => entries[row].Value), Best(entries));
            Assert.True(value <= most + 1e-9);
            (kept, best) = (kept + value, best + most);
        }

        Assert.InRange(kept / best, 0.9, 1);
    }

    [Fact]
    public void What_is_kept_is_in_time_whenever_it_is_settled_and_little_by_little() => TestSeed.Each(200, seed =>
    {
        var (set, random, leftOut) = (new DueSet(), new RandomStream(seed, "set"), new List<int>());
        var entries = Random(seed, (stream, _) => 1 + stream.NextInt(4));
        var before = random.NextInt(5);
        foreach (var entry in entries)
        {
            set.Add(entry);
            set.Settle(0, before, TokenByToken, leftOut);
            var sum = before;
            foreach (var kept in entries.Take((int)entry.Id + 1).Where(other => !leftOut.Contains(other.Row)).Order())
            {
                sum += kept.Tokens;
                Assert.True(sum <= kept.DueUs);
            }

            Assert.Equal(entry.Id + 1 - leftOut.Count, set.Count);
        }
    });

    private static List<int> Kept(DueSet.Entry[] entries)
    {
        var (set, leftOut) = (new DueSet(), new List<int>());
        foreach (var entry in entries) set.Add(entry);
        set.Settle(0, 0, TokenByToken, leftOut);
        Assert.Equal(entries.Length - leftOut.Count, set.Count);
        return [.. Enumerable.Range(0, entries.Length).Except(leftOut)];
    }

    private static DueSet.Entry[] Random(ulong seed, Func<RandomStream, int, double> value)
    {
        var random = new RandomStream(seed, "due");
        var entries = new DueSet.Entry[1 + random.NextInt(10)];
        for (var row = 0; row < entries.Length; row++)
        {
            var tokens = 1 + random.NextInt(20);
            entries[row] = new DueSet.Entry(1 + random.NextInt(70), row, row, tokens, value(random, tokens));
        }

        return entries;
    }

    /// <summary>The most value in time of all subsets, each in order of when its members are due.</summary>
    private static double Best(DueSet.Entry[] entries)
    {
        var (ordered, best) = (entries.Order().ToArray(), 0.0);
        for (var subset = 0; subset < 1 << ordered.Length; subset++)
        {
            var (sum, value) = (0, 0.0);
            for (var place = 0; place < ordered.Length && value >= 0; place++)
            {
                if ((subset >> place & 1) == 0) continue;
                sum += ordered[place].Tokens;
                value = sum <= ordered[place].DueUs ? value + ordered[place].Value : double.NegativeInfinity;
            }

            best = Math.Max(best, value);
        }

        return best;
    }
}
