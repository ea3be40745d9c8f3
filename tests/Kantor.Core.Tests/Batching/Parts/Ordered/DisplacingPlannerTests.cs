using Kantor.Core.Batching;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Testing.Laws;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Parts.Ordered;

public class DisplacingPlannerTests
{
    /// <summary>Shortest remainder first; who has generated more than the limit stays.</summary>
    private sealed class Shortest(int staysAfter = 100) : DisplacingPlanner("shortest", new OrderRules { PreemptedFirst = false, Refresh = KeyRefresh.InTurn })
    {
        private protected override long Key(in BatchView view, OrderedState memory, int row) => view.BelievedOutput(row).MeanTokens - view.GeneratedTokens[row];

        private protected override bool MayBeDisplaced(in BatchView view, OrderedState memory, int row) => view.GeneratedTokens[row] <= staysAfter;
    }

    [Fact]
    public void It_keeps_the_laws() => PlannerLaws.Check(new Shortest(), PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps);

    [Fact]
    public void The_last_in_order_give_way_as_many_as_are_needed()
    {
        // 21 blocks of 4 tokens, one of them free, and 28 tokens need 7: two rows of 4 blocks give way.
        var plan = Full(believed: 5, prompt: 28).Plan(new Shortest());
        Assert.Equal([2, 1], plan.Preemptions.ToArray());
        Assert.Contains(plan.Grants.ToArray(), grant => grant.Row == 5);
    }

    [Fact]
    public void Nobody_gives_way_to_one_that_stands_behind_it_or_in_vain()
    {
        Assert.True(Full(believed: 95, prompt: 28).Plan(new Shortest()).Preemptions.IsEmpty);
        // All that stand behind hold 12 blocks; 60 tokens need 15.
        Assert.True(Full(believed: 35, prompt: 60).Plan(new Shortest()).Preemptions.IsEmpty);
        Assert.True(Full(believed: 5, prompt: 28).Plan(new Shortest(staysAfter: 0)).Preemptions.IsEmpty);
    }

    [Fact]
    public void A_place_alone_is_reason_enough()
    {
        var view = new ViewBuilder { RunningMax = 2 };
        view.Running(prompt: 8, generated: 1, believed: 50);
        view.Running(prompt: 8, generated: 1, believed: 60);
        view.Waiting(prompt: 8, believed: 55);
        Assert.Equal([1], view.Plan(new Shortest()).Preemptions.ToArray());
    }

    /// <summary>Five rows of 4 blocks, with 10 to 90 tokens to come, and one that waits.</summary>
    private static ViewBuilder Full(int believed, int prompt)
    {
        var view = new ViewBuilder { KvBlocksTotal = 21, KvBlocksAvailable = 1 };
        foreach (var remaining in new[] { 10, 80, 90, 20, 70 }) view.Running(prompt: 14, generated: 2, believed: remaining + 2);
        view.Waiting(prompt, believed);
        return view;
    }
}
