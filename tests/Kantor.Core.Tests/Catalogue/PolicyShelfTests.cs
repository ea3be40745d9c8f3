using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Volume;
using Kantor.Core.Catalogue;
using Kantor.Core.Prediction;

namespace Kantor.Core.Tests.Catalogue;

public class PolicyShelfTests
{
    public static TheoryData<string, string> AllOptions()
    {
        var all = new TheoryData<string, string>();
        foreach (var (policy, option, _) in Options()) all.Add(policy, option);
        return all;
    }

    [Theory]
    [MemberData(nameof(AllOptions))]
    public void Every_option_says_what_is_usual_and_takes_it(string policy, string option)
    {
        var key = Options().Single(known => known.Policy == policy && known.Key.Name == option).Key;
        Assert.True(key.Allows(key.Usual), $"{policy}:{option} does not take its usual value '{key.Usual}'.");
        Assert.False(key.Allows("no such value"));
        Assert.False(key.Allows(""));
        Assert.NotEmpty(key.Range);
        Assert.NotEmpty(key.Help);
    }

    [Theory]
    [InlineData("svf:backfilling=false")]
    [InlineData("svf:aging=false")]
    [InlineData("svf:aging-share=0.5:overtakes-max=3:plans-for-upper-belief=true")]
    [InlineData("vllm-v1:order=priority:victim=least-computed:watermark=0.05")]
    [InlineData("vllm-v1:long-prefill-tokens-max=64:whole-sequence-must-fit=false")]
    [InlineData("vllm-v1:chunked-prefill=false")]
    [InlineData("sarathi:watermark=0")]
    [InlineData("scls:slice-tokens=9:memory-share=0.5")]
    [InlineData("decode-maximal")]
    public void A_planner_is_called_what_makes_it_again(string text)
    {
        Assert.Equal(text, PolicyCatalogue.Planner(text).Name);
        Assert.Equal(text, PolicyCatalogue.Planner(PolicyCatalogue.Planner(text).Name).Name);
    }

    [Theory]
    [InlineData("svf:backfilling=true:backfill-depth=32", "svf")]
    [InlineData("vllm-v1:long-prefill-tokens-max=none", "vllm-v1")]
    public void An_option_with_its_usual_value_is_not_part_of_the_name(string text, string name) => Assert.Equal(name, PolicyCatalogue.Planner(text).Name);

    [Theory]
    [InlineData("constant:tokens=300")]
    [InlineData("class-quantile:quantile=0.5")]
    [InlineData("class-quantile:window-max=4:observations-min=4")]
    public void A_predictor_is_called_what_makes_it_again(string text) => Assert.Equal(text, PolicyCatalogue.Predictor(text).Name);

    [Fact]
    public void Options_are_applied_in_the_order_of_the_keys_and_not_of_the_writing() =>
        Assert.Equal("class-quantile:window-max=4:observations-min=2", PolicyCatalogue.Predictor("class-quantile:observations-min=2:window-max=4").Name);

    [Theory]
    [InlineData("svff", "There is no policy 'svff'. Known: fcfs, vllm-v1")]
    [InlineData("vlm-v1", ", scls. Did you mean 'vllm-v1'?")]
    [InlineData("svf:backfiling=false", "plans-for-upper-belief. Did you mean 'backfilling'?")]
    [InlineData("fcfs:a=1", "fcfs has no option 'a'; it has none.")]
    [InlineData("svf:depth=1", "svf has no option 'depth'; known are aging-share, aging")]
    [InlineData("svf:backfill-depth=0", "svf:backfill-depth is '0'; it must be a whole number from 1 to 1000000.")]
    [InlineData("svf:backfilling=yes", "it must be true or false")]
    [InlineData("svf:aging-share=NaN", "it must be a number above 0, at most 1")]
    [InlineData("vllm-v1:victim=newest", "it must be one of by-order, least-computed, most-computed")]
    [InlineData("vllm-v1:chunked-prefill=false:long-prefill-tokens-max=4", "leave one of the two")]
    public void A_wrong_policy_is_refused_with_what_would_be_right(string text, string says) =>
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => PolicyCatalogue.Planner(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void More_observations_than_are_remembered_are_refused() => Assert.Contains(
        "right is at most that",
        Assert.Throws<ArgumentException>(() => PolicyCatalogue.Predictor("class-quantile:window-max=4:observations-min=5")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void An_option_without_effect_is_named_and_the_policy_made()
    {
        var spec = PolicySpec.Parse("svf:backfilling=false:backfill-depth=8");
        var fault = PolicyCatalogue.BuiltIn.Planners.Find("svf").Contradiction(spec);
        Assert.Equal(("backfill-depth", true), (fault!.Key, fault.HasNoEffect));
        Assert.IsType<SvfPlanner>(PolicyCatalogue.Planner(spec.ToString()));
        Assert.Null(PolicyCatalogue.BuiltIn.Planners.Find("svf").Contradiction(PolicySpec.Parse("svf:backfill-depth=8")));
    }

    [Fact]
    public void A_name_that_resembles_none_is_given_no_hint() =>
        Assert.EndsWith("scls.", Assert.Throws<ArgumentException>(() => PolicyCatalogue.Planner("something-else")).Message.Split(" (")[0]);

    [Fact]
    public void A_name_is_taken_once()
    {
        var shelf = PolicyCatalogue.NewShelves().Planners;
        var mine = PolicyEntry.Of<IBatchPlanner>("mine", "as fcfs", "a test", () => new FcfsPlanner());
        Assert.IsType<FcfsPlanner>(shelf.Add(mine).Make("mine"));
        Assert.Contains("already", Assert.Throws<ArgumentException>(() => shelf.Add(mine)).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("mine", PolicyCatalogue.PlannerNames);
    }

    private static IEnumerable<(string Policy, string Option, OptionKey Key)> Options() =>
        Of(PolicyCatalogue.BuiltIn.Planners).Concat(Of(PolicyCatalogue.BuiltIn.Predictors)).Concat(Of(PolicyCatalogue.BuiltIn.Autoscalers));

    private static IEnumerable<(string Policy, string Option, OptionKey Key)> Of<T>(PolicyShelf<T> shelf)
        where T : class => shelf.Entries.SelectMany(entry => entry.Options.Select(key => (entry.Name, key.Name, key)));
}
