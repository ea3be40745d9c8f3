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
}
