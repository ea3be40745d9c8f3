using Kantor.Core.Batching.Policies.Predicted;
using Kantor.Core.Prediction;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests.Replicas;

/// <summary>Beliefs that are made of the truth, which a simulation knows.</summary>
public class NoisyBeliefTests
{
    private static readonly int[] Outputs = [40, 10, 30, 20];

    [Fact]
    public void Without_noise_the_shortest_first_are_the_truly_shortest_first() => Assert.Equal([1, 3, 2, 0], Order(0));

    [Fact]
    public void With_much_noise_they_are_not() => Assert.NotEqual([1, 3, 2, 0], Order(5));

    [Fact]
    public void Whoever_has_not_been_told_the_truth_says_so()
    {
        var asked = Assert.Throws<InvalidOperationException>(
            () => new NoisyOracle(null, new NoisyOracleOptions()).Predict(default, new Core.Decisions.PolicyState()));
        Assert.Contains("simulation", asked.Message);
    }

    /// <summary>Equal prompts at once, one at a time: in which order they end.</summary>
    private static IEnumerable<int> Order(double noise)
    {
        var options = Fleet.Small(planner: new SsjfPlanner(), outputTokensMax: 50);
        TraceRequest[] requests = [.. Outputs.Select(output => Fleet.Request(0, 8, output))];
        var result = Fleet.RunVerified(
            requests,
            options with
            {
                Limits = options.Limits with { RunningMax = 1 },
                NewPredictor = () => new NoisyOracle(null, new NoisyOracleOptions { Noise = noise, Seed = 1 }),
            });
        return result.Records.Index().OrderBy(one => one.Item.LastTokenUs).Select(one => one.Index);
    }
}
