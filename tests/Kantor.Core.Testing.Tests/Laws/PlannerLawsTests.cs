using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Catalogue;
using Kantor.Core.Testing.Bad;
using Kantor.Core.Testing.Laws;

namespace Kantor.Core.Testing.Tests.Laws;

/// <summary>Negative controls: every law finds somebody, and a sound policy keeps them all.</summary>
public class PlannerLawsTests
{
    private const PolicyPromises Everything = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps;

    public static TheoryData<string> Laws => [.. PlannerLaws.All.Select(law => law.Id)];

    [Theory]
    [InlineData("INV-RUN-1", "throwing", "no idea")]
    [InlineData("INV-RUN-1", "silent", "planned nothing")]
    [InlineData("INV-RUN-1", "greedy", "plans were refused; the last: ")]
    [InlineData("INV-RUN-1", "nonsense", "plans were refused")]
    [InlineData("INV-RUN-1", "refusing", "ended as RefusedByPolicy")]
    [InlineData("INV-RUN-1", "thrashing", "not over after 20000 steps")]
    [InlineData("INV-RUN-2", "overcommitting", "tokens; left are")]
    [InlineData("INV-RUN-3", "remembering", "differs a second time")]
    [InlineData("INV-RUN-5", "refusing", "generated 0 of 9 tokens")]
    [InlineData("INV-RUN-6", "refusing", "not as LengthReached")]
    [InlineData("INV-RUN-7", "refusing", "ended as RefusedByPolicy")]
    [InlineData("INV-RUN-8", "refusing", "ended as RefusedByPolicy")]
    [InlineData("INV-RUN-10", "allocating", "bytes in 100 steps")]
    [InlineData("INV-RUN-13", "overpromising", "differ between a repeated step and as many rounds")]
    [InlineData("INV-RUN-16", "remembering", "differs beside another replica")]
    [InlineData("INV-RUN-17", "allocating", "repeats itself for 1 step")]
    public void A_bad_policy_breaks_the_law_and_the_message_says_how(string law, string policy, string says)
    {
        var broken = Assert.Throws<LawBrokenException>(() => PlannerLaws.All.Single(known => known.Id == law).Check(Bad(policy)));
        Assert.Contains(says, broken.Message);
    }

    [Theory]
    [MemberData(nameof(Laws))]
    public void Every_law_is_broken_by_a_policy_above(string law) => Assert.Contains(
        law,
        typeof(PlannerLawsTests).GetMethod(nameof(A_bad_policy_breaks_the_law_and_the_message_says_how))!
            .GetCustomAttributes(typeof(InlineDataAttribute), inherit: false).Select(row => ((InlineDataAttribute)row).Data[0]));

    [Fact]
    public void A_sound_policy_keeps_all_laws() => PlannerLaws.Check(new FcfsPlanner(), Everything);

    [Fact]
    public void A_policy_of_a_shelf_is_held_to_what_its_entry_promises_with_options_too()
    {
        PlannerLaws.Check(PolicyCatalogue.BuiltIn.Planners.Find("svf"), new PolicyOption("backfilling", "false"));
        PlannerLaws.Check(PolicyEntry.Of("allocating", "a test", "a test", () => BadPlanners.Allocating));
        var promised = PolicyEntry.Of("allocating", new PolicyCard("a test", "a test") { Promises = Everything }, () => BadPlanners.Allocating);
        var broken = Assert.Throws<LawBrokenException>(() => PlannerLaws.Check(promised));
        Assert.StartsWith("allocating breaks 2 laws:\nINV-RUN-10 (a step allocates nothing", broken.Message);
    }

    [Fact]
    public void A_policy_that_throws_where_the_host_does_not_expect_it_is_a_finding() =>
        Assert.Contains(
            PlannerLaws.Broken(new Promising(0), PolicyPromises.None),
            finding => finding.StartsWith("INV-RUN-13", StringComparison.Ordinal));

    private static IBatchPlanner Bad(string name) => name switch
    {
        "throwing" => BadPlanners.Throwing,
        "silent" => BadPlanners.Silent,
        "greedy" => BadPlanners.Greedy,
        "refusing" => BadPlanners.Refusing,
        "thrashing" => BadPlanners.Thrashing,
        "overcommitting" => BadPlanners.Overcommitting,
        "allocating" => BadPlanners.Allocating,
        "nonsense" => BadPlanners.Nonsense(),
        "remembering" => BadPlanners.Remembering(),
        "overpromising" => BadPlanners.Overpromising(PolicyCatalogue.Planner("scls:slice-tokens=4")),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such bad policy."),
    };

    private sealed class Promising(int steps) : IBatchPlanner
    {
        private readonly FcfsPlanner _planner = new();

        public string Name => "promising";

        public Decisions.PolicyState NewState() => new();

        public void Plan(in BatchView view, Decisions.PolicyState state, BatchPlan plan) => _planner.Plan(view, state, plan);

        public int RepeatingSteps(in BatchView view, Decisions.PolicyState state, BatchPlan plan) => steps;
    }
}
