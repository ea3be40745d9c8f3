using Kantor.Core.Catalogue;

namespace Kantor.Core.Tests;

public class PolicyCatalogueTests
{
    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones()
    {
        var error = Assert.Throws<ArgumentException>(() => PolicyCatalogue.Planner("fifo"));
        Assert.Contains("fcfs", error.Message);
    }

    [Fact]
    public void Every_listed_name_makes_a_policy_of_that_name()
    {
        foreach (var name in PolicyCatalogue.PlannerNames) Assert.Equal(name, PolicyCatalogue.Planner(name).Name);
        foreach (var name in PolicyCatalogue.RouterNames) Assert.Equal(name, PolicyCatalogue.Router(name).Name);
        foreach (var name in PolicyCatalogue.AutoscalerNames) Assert.Equal(name, PolicyCatalogue.Autoscaler(name).Name);
        foreach (var name in PolicyCatalogue.PredictorNames) Assert.Equal(name, PolicyCatalogue.Predictor(name).Name);
    }

    [Fact]
    public void The_card_of_every_planner_says_what_it_rests_on_what_a_decision_costs_and_in_which_setting_something_is_proved()
    {
        Assert.All(PolicyCatalogue.BuiltIn.Planners.Entries, entry =>
        {
            Assert.NotEqual(Evidence.Unstated, entry.Card.Evidence);
            Assert.NotNull(entry.Card.Cost);
            Assert.Equal(entry.Card.Guarantee is null, entry.Card.Model is null);
        });
    }
}
