using Kantor.Cli.Compare;
using Kantor.Core;
using Kantor.Core.Catalogue;

namespace Kantor.Cli.Tests.Compare;

public class TuningTests
{
    private static readonly ComparedPolicy Svf = Of("svf");

    [Fact]
    public void Every_policy_with_options_has_values_to_try_each_of_which_makes_another_policy()
    {
        foreach (var entry in PolicyCatalogue.BuiltIn.Planners.Entries.Where(entry => entry.Options.Count > 0))
        {
            // Some options have an effect beside others only, which a first pass leaves out.
            var tried = entry.Options.SelectMany(key => Tuning.Candidates(Of(entry.Name), key)).ToArray();
            Assert.NotEmpty(tried);
            Assert.All(tried, candidate => Assert.NotEqual(entry.Name, candidate.Label));
        }
    }

    [Fact]
    public void The_best_value_of_each_option_is_kept_for_the_next()
    {
        // Without backfilling it is better, and then slower aging better still.
        var best = Tuning.Best(
            Svf,
            policy => (policy.Label.Contains("backfilling=false", StringComparison.Ordinal) ? 2 : 0)
                + (policy.Label.Contains("aging-share=0.0025", StringComparison.Ordinal) ? 1 : 0),
            (value, than) => value > than);
        Assert.Equal("svf:aging-share=0.0025:backfilling=false", best.Label);
        Assert.True(best.IsTuned);
    }

    [Fact]
    public void Where_nothing_is_better_the_policy_stays_as_it_was_written() =>
        Assert.Equal("svf", Tuning.Best(Svf, _ => 1, (value, than) => value > than).Label);

    [Fact]
    public void What_was_written_is_not_tried()
    {
        var written = Of("svf:backfilling=true:aging=false");
        Assert.DoesNotContain(
            "backfilling=false",
            Tuning.Best(written, policy => policy.Label.Contains("backfilling=false", StringComparison.Ordinal) ? 9 : 0, (value, than) => value > than).Label);
    }

    [Fact]
    public void A_policy_that_fails_is_not_chosen() => Assert.Equal(
        "svf", Tuning.Best(Svf, policy => policy.Label == "svf" ? 1 : null, (value, than) => value > than).Label);

    private static ComparedPolicy Of(string text)
    {
        var spec = PolicySpec.Parse(text);
        return new ComparedPolicy(ComparedDecision.All[0], spec);
    }
}
