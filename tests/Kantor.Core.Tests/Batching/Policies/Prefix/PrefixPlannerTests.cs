using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Prefix;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Policies.Prefix;

public class PrefixPlannerTests
{
    [Fact]
    public void Lpm_takes_the_longest_cached_prefix_first_and_of_equals_who_came_first() =>
        Assert.Equal([3, 1, 0, 2], Rows(new LpmPlanner()));

    [Fact]
    public void A_queue_that_is_longer_than_is_matched_goes_in_order_of_arrival()
    {
        Assert.Equal([0, 1, 2, 3], Rows(new LpmPlanner(new PrefixOptions { MatchedMax = 3 })));
        Assert.Equal([0, 1, 2, 3], Rows(new HrrnPlanner(new PrefixOptions { MatchedMax = 3 })));
    }

    [Theory]
    [InlineData(0, new[] { 0, 1, 2, 3 })]
    [InlineData(1, new[] { 3, 0, 1, 2 })]
    [InlineData(2, new[] { 3, 1, 0, 2 })]
    public void K_lpm_takes_the_oldest_after_k_prefixes(int k, int[] rows) => Assert.Equal(rows, Rows(new KLpmPlanner(new KLpmOptions { K = k })));

    [Fact]
    public void Hrrn_weighs_what_was_served_meanwhile_by_what_is_not_cached()
    {
        // One at a time, prompts of 40 and 4 that came together: the ratio of the short one is ten times as high.
        var jobs = new[] { Jobs.Plain(0, 0, 8, 10), Jobs.Plain(1, 1, 40, 2), Jobs.Plain(2, 1, 4, 2), Jobs.Plain(3, 5, 4, 2) };
        Assert.Equal([0, 2, 3, 1], TrueLengths.Starts(TrueLengths.Run(new HrrnPlanner(), jobs, running: 1).ToEnd()));
        // The longer it has waited, the more tokens were served: 40 tokens that wait for long go before 4 that came just now.
        var longer = new[] { Jobs.Plain(0, 0, 8, 80), Jobs.Plain(1, 0, 40, 2), Jobs.Plain(2, 79, 4, 2) };
        Assert.Equal([0, 1, 2], TrueLengths.Starts(TrueLengths.Run(new HrrnPlanner(), longer, running: 1).ToEnd()));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LpmPlanner(new PrefixOptions { MatchedMax = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KLpmPlanner(new KLpmOptions { K = -1 }));
    }

    private static int[] Rows(IBatchPlanner planner)
    {
        var view = new ViewBuilder { StepTokensMax = 200 };
        view.Waiting(prompt: 20);
        view.Waiting(prompt: 20, hitTokens: 8);
        view.Waiting(prompt: 20);
        view.Waiting(prompt: 20, hitTokens: 16);
        return [.. view.Plan(planner).Grants.ToArray().Select(grant => grant.Row)];
    }
}
