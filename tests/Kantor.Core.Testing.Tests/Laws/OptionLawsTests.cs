using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Testing.Laws;

namespace Kantor.Core.Testing.Tests.Laws;

public class OptionLawsTests
{
    [Fact]
    public void An_option_that_changes_nothing_is_found() => Breaks(options => new Labelled($"labelled:depth={options.Depth}"), "labelled:depth changes nothing: labelled:depth=2");

    [Fact]
    public void An_option_that_the_name_leaves_out_is_found() =>
        Breaks(_ => new Labelled("labelled"), "'labelled:depth=2' makes a policy that is called 'labelled', as if it were the usual one");

    [Fact]
    public void A_name_that_makes_another_policy_is_found() =>
        Breaks(options => new Labelled($"labelled:depth={options.Depth + 1}"), "which makes 'labelled:depth=4'");

    [Fact]
    public void An_option_with_a_single_value_is_found() => Assert.Contains(
        "labelled:depth has no other value",
        Assert.Throws<LawBrokenException>(() => OptionLaws.Check(Entry(_ => new Labelled("labelled"), max: 1))).Message);

    private static void Breaks(Func<Options, IBatchPlanner> make, string says) =>
        Assert.Contains(says, Assert.Throws<LawBrokenException>(() => OptionLaws.Check(Entry(make))).Message);

    private static PolicyEntry<IBatchPlanner> Entry(Func<Options, IBatchPlanner> make, int max = 1_000_000) => PolicyEntry.Of(
        "labelled",
        "a test",
        "a test",
        [Option.Whole<Options>("depth", 1, max, options => options.Depth, (options, depth) => options with { Depth = depth }, "nothing")],
        make);

    private sealed record Options
    {
        public int Depth { get; init; } = 1;
    }

    private sealed class Labelled(string name) : IBatchPlanner
    {
        private readonly FcfsPlanner _planner = new();

        public string Name => name == "labelled:depth=1" ? "labelled" : name;

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan) => _planner.Plan(view, state, plan);
    }
}
