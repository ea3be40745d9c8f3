using Kantor.Cli.Compare;
using Kantor.Cli.Simulate;
using Kantor.Core;

namespace Kantor.Cli.Tests.Compare;

public class CompareValidationTests
{
    private static readonly CompareArguments Usual = new() { Run = new SimulateArguments() };

    [Fact]
    public void Without_options_all_policies_meet_vllm_v1_at_four_loads()
    {
        var settings = Parse(Usual);
        Assert.Equal("vllm-v1", settings.Policies[0].Label);
        Assert.Equal(PolicyCatalogue.PlannerNames.Order(), settings.Policies.Select(policy => policy.Label).Order());
        Assert.Equal([0.8, 1, 1.3, 1.6], settings.Loads);
        Assert.Equal(1.3, settings.TuningLoad);
        Assert.Null(settings.KneeRateScale);
    }

    [Fact]
    public void Families_names_and_options_may_be_mixed_and_each_policy_is_there_once()
    {
        var settings = Parse(Usual with { Policies = "slices,scls,fcfs,svf:backfilling=false", Baseline = "fcfs" });
        Assert.Equal(["fcfs", "scls", "svf:backfilling=false"], settings.Policies.Select(policy => policy.Label));
    }

    [Fact]
    public void Loads_are_sorted() => Assert.Equal([0.5, 2], Parse(Usual with { Load = "2,0.5" }).Loads);

    [Fact]
    public void All_that_is_wrong_is_said_at_once_with_what_would_be_right()
    {
        var errors = Errors(new CompareArguments
        {
            Run = new SimulateArguments { Routing = "round-robin,least-loaded", Replicas = "0" },
            Policies = "svff,fcfs:x=1",
            Load = "1,1,0",
            Seeds = "0",
            Knee = "-1",
            Threads = "x",
        });
        foreach (var part in (string[])[
            "--routing: compare takes one router", "--replicas", "'svff' is not known", "volume", "Did you mean 'svf'", "has no option 'x'",
            "--load: 1 is there twice", "--load '0'", "--seeds '0'", "--knee '-1'", "--threads 'x'"])
        {
            Assert.Contains(part, errors);
        }
    }

    [Theory]
    [InlineData("--decision 'routers' is not known; known are planner, admission, predictor, retention, routing", "routers", null, null)]
    [InlineData("--policy: the policies of this decision are compared", "planner", "svf", null)]
    [InlineData("--predictor: the policies of this decision are compared", "predictor", null, "constant:9")]
    [InlineData("--policy: compare takes one", "predictor", "svf,fcfs", null)]
    public void A_decision_that_is_unknown_or_fixed_is_refused(string says, string decision, string? policy, string? predictor) =>
        Assert.Contains(says, Errors(new CompareArguments { Run = new SimulateArguments { Policy = policy, Predictor = predictor }, Decision = decision }));

    private static CompareSettings Parse(CompareArguments typed)
    {
        Assert.True(CompareValidation.TryParse(typed, out var settings, out var errors), string.Join('\n', errors));
        return settings!;
    }

    private static string Errors(CompareArguments typed)
    {
        Assert.False(CompareValidation.TryParse(typed, out _, out var errors));
        return string.Join('\n', errors);
    }
}
