using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching;

public class PlanBudgetTests
{
    [Fact]
    public void It_starts_with_the_whole_step()
    {
        var view = new ViewBuilder { StepTokensMax = 10, RunningMax = 3, KvBlocksTotal = 9 };
        view.Running(4, 1);
        var budget = new PlanBudget(view.View());
        Assert.Equal((10, 8, 2), (budget.TokensLeft, budget.BlocksLeft, budget.PlacesLeft));
    }

    [Fact]
    public void A_decode_takes_a_block_only_when_its_last_one_is_full()
    {
        var view = new ViewBuilder();
        var full = view.Running(prompt: 8, generated: 1);
        var open = view.Running(prompt: 9, generated: 1);
        var budget = new PlanBudget(view.View());
        Assert.Equal((1, 0), (budget.BlocksToHold(full, 9), budget.BlocksToHold(open, 10)));
        var before = budget.BlocksLeft;
        Assert.True(budget.TryTakeRunning(full, 1) && budget.TryTakeRunning(open, 1));
        Assert.Equal(before - 1, budget.BlocksLeft);
    }

    [Fact]
    public void What_does_not_fit_takes_nothing()
    {
        var view = new ViewBuilder { StepTokensMax = 5, KvBlocksAvailable = 1, RunningMax = 1 };
        var row = view.Waiting(prompt: 20);
        var budget = new PlanBudget(view.View());
        Assert.False(budget.TryTakeWaiting(row, 6, default));
        Assert.False(budget.TryTakeWaiting(row, 5, default));
        Assert.False(budget.TryTakeWaiting(row, 4, default, reserveTokens: 5));
        Assert.Equal((5, 1, 1), (budget.TokensLeft, budget.BlocksLeft, budget.PlacesLeft));
        Assert.True(budget.TryTakeWaiting(row, 4, default));
        Assert.Equal((1, 0, 0), (budget.TokensLeft, budget.BlocksLeft, budget.PlacesLeft));
    }

    [Fact]
    public void A_preempted_row_returns_its_own_blocks_its_place_and_what_it_was_granted()
    {
        var view = new ViewBuilder { StepTokensMax = 10, KvBlocksTotal = 10 };
        var row = view.Running(prompt: 8, generated: 1, sharedBlocks: 1);
        var budget = new PlanBudget(view.View());
        Assert.True(budget.TryTakeRunning(row, 1));
        budget.Return(row, new Grant(row, 1, 0));
        Assert.Equal((10, 9, 8), (budget.TokensLeft, budget.BlocksLeft, budget.PlacesLeft));
    }

    [Fact]
    public void A_cached_prefix_costs_only_its_idle_blocks()
    {
        var budget = new PlanBudget(new ViewBuilder().View());
        Assert.Equal(3, budget.BlocksToAdmit(20, new PrefixHit(16, 2)));
        Assert.Equal(5, budget.BlocksToAdmit(20, default));
    }
}
