using Kantor.Core.Batching;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Kv;
using Kantor.Core.Testing.Laws;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Parts.Ordered;

public class OrderedPlannerTests
{
    private static readonly OrderRules[] AllRules =
    [
        new(),
        new() { Refresh = KeyRefresh.InTurn, PreemptedFirst = false },
        new() { Refresh = KeyRefresh.EveryStep, SkipsMax = 4 },
        .. Enum.GetValues<VictimOrder>().Select(order => new OrderRules { Victims = order }),
        .. Enum.GetValues<VictimOrder>().Select(order => new OrderRules { Victims = order, PreemptedFirst = false, AdmitsAfterPreemption = true, SkipsMax = 3 }),
    ];

    public static TheoryData<int> Rules => [.. Enumerable.Range(0, AllRules.Length)];

    /// <summary>Shortest prompt first; the key can be made to change with time, and the test to refuse.</summary>
    private sealed class Shortest(OrderRules rules, Func<int, bool>? passes = null) : OrderedPlanner("shortest", rules)
    {
        public int Asked { get; private set; }

        private protected override long Key(in BatchView view, OrderedState memory, int row)
        {
            Asked++;
            return view.PromptTokens[row];
        }

        private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) => passes?.Invoke(candidate.Row) ?? true;
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_keeps_the_laws(int rules) =>
        PlannerLaws.Check(new Shortest(AllRules[rules]), PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps);

    [Fact]
    public void The_smallest_key_goes_first_and_the_first_that_does_not_pass_ends_admission()
    {
        Assert.Equal([2, 1, 0], Rows(Queue().Plan(new Shortest(new OrderRules()))));
        Assert.Equal([2], Rows(Queue().Plan(new Shortest(new OrderRules(), row => row != 1))));
        Assert.Equal([2, 0], Rows(Queue().Plan(new Shortest(new OrderRules { SkipsMax = 1 }, row => row != 1))));
    }

    [Fact]
    public void Alone_a_row_needs_no_test() => Assert.Equal([2], Rows(Queue().Plan(new Shortest(new OrderRules(), _ => false))));

    [Theory]
    [InlineData(true, new[] { 1, 0 })]
    [InlineData(false, new[] { 0, 1 })]
    public void A_preempted_row_has_a_head_start_or_stands_by_its_key(bool headStart, int[] order)
    {
        var view = new ViewBuilder();
        view.Waiting(prompt: 4);
        view.Waiting(prompt: 9, generated: 3, preemptions: 1);
        Assert.Equal(order, Rows(view.Plan(new Shortest(new OrderRules { PreemptedFirst = headStart }))));
    }

    [Theory]
    [InlineData(VictimOrder.Newest, 3)]
    [InlineData(VictimOrder.LeastComputed, 2)]
    [InlineData(VictimOrder.MostComputed, 0)]
    [InlineData(VictimOrder.LongestRemaining, 1)]
    [InlineData(VictimOrder.MostVolumePerRecomputed, 1)]
    public void Who_gives_way_is_as_the_rule_says(VictimOrder order, int victim)
    {
        // The pool is full, and row 3 needs a block for its newest token.
        var view = new ViewBuilder { KvBlocksTotal = 17, KvBlocksAvailable = 0 };
        view.Running(prompt: 28, generated: 4, computed: 31, believed: 6);
        view.Running(prompt: 10, generated: 2, computed: 11, believed: 90);
        view.Running(prompt: 5, generated: 2, computed: 6, believed: 20);
        view.Running(prompt: 11, generated: 2, computed: 12, believed: 12);
        Assert.Equal([victim], view.Plan(new Shortest(new OrderRules { Victims = order })).Preemptions.ToArray());
    }

    [Theory]
    [InlineData("OnChange", 0)]
    [InlineData("InTurn", 16)]
    [InlineData("EveryStep", 39)]
    public void Keys_are_looked_at_again_as_the_rule_says(string refresh, int asked)
    {
        var planner = new Shortest(new OrderRules { Refresh = Enum.Parse<KeyRefresh>(refresh) });
        var jobs = Enumerable.Range(0, 40).Select(id => Jobs.Plain(id, 0, 10, 50));
        var run = new ReplicaRun(planner, new BatchLimits { StepTokensMax = 100, RunningMax = 1 }, new KvLedgerOptions { BlocksTotal = 100, BlockSizeTokens = 1 }, jobs);
        run.Advance();
        var before = planner.Asked;
        run.Advance();
        Assert.Equal(asked, planner.Asked - before);
    }

    [Fact]
    public void Keys_of_numbers_are_ordered_as_the_numbers_are()
    {
        double[] numbers = [double.NegativeInfinity, -1e300, -2, -1e-300, 0, 1e-300, 0.5, 2, 1e300, double.PositiveInfinity];
        Assert.Equal(numbers.Select(SortKey.Of).Order(), numbers.Select(SortKey.Of));
        Assert.Equal(SortKey.Of(0.0), SortKey.Of(-0.0));
        Assert.True(numbers.All(number => SortKey.Of(number) > SortKey.First));
        long[] levels = [SortKey.Of(0, 0), SortKey.Of(0, 5), SortKey.Of(1, 0), SortKey.Of(1, 1L << 40), SortKey.Of(2, 3)];
        Assert.Equal(levels.Order(), levels);
    }

    private static ViewBuilder Queue()
    {
        var view = new ViewBuilder();
        view.Waiting(prompt: 12);
        view.Waiting(prompt: 8);
        view.Waiting(prompt: 4);
        return view;
    }

    private static int[] Rows(BatchPlan plan) => [.. plan.Grants.ToArray().Select(grant => grant.Row)];
}
