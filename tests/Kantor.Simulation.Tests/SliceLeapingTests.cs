using Kantor.Core.Batching.Policies.Slices;

namespace Kantor.Simulation.Tests;

public class SliceLeapingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Leaping_ends_with_the_slice_and_changes_nothing__INV_SIM_9(int slice)
    {
        for (var number = 0; number < 60; number++)
        {
            var run = RandomRun.Draw(number, "scls");
            var options = run.Options with { Planner = new SclsPlanner(new SclsOptions { SliceTokens = slice }) };
            var (leaping, stepping) = (Simulator.Run(run.Trace, options), Simulator.Run(run.Trace, options with { Leaping = false }));
            Assert.Equal(stepping.Records, leaping.Records);
            Assert.Equal((stepping.Steps, stepping.Preemptions, 0L), (leaping.Steps, leaping.Preemptions, leaping.PlansRefused));
        }
    }
}
