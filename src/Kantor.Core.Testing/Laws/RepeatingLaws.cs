using Kantor.Core.Batching;
using Kantor.Core.Catalogue;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Testing.Laws;

/// <summary>What a planner says of steps that repeat themselves (<see cref="IBatchPlanner.RepeatingSteps"/>) is true.</summary>
public static class RepeatingLaws
{
    /// <summary>
    /// Repeating a step many times at once leaves the books that as many rounds leave, as far as the planner promises it; one that promises 1 step
    /// keeps this in itself. Returns the steps that were repeated.
    /// </summary>
    public static int RepeatedIsStepped(IBatchPlanner planner)
    {
        var repeated = 0;
        Workloads.ForEachSeed(120, seed =>
        {
            var pair = new RepeatingPair(planner, seed);
            for (var step = 0; step < 12; step++) repeated += pair.Advance(timesMax: 1 + (int)(seed % 7));
            pair.Verify();
        });
        return repeated;
    }

    /// <summary>For those that promise <see cref="PolicyPromises.RepeatsSteps"/>: a batch that decodes while nobody waits repeats itself for more than one step.</summary>
    public static void DecodesRepeat(IBatchPlanner planner)
    {
        var builder = new ViewBuilder();
        builder.Running(prompt: 6, generated: 3);
        builder.Running(prompt: 9, generated: 1);
        var plan = builder.Plan(planner);
        var steps = planner.RepeatingSteps(builder.View(), planner.NewState(), plan);
        LawBrokenException.Unless(steps > 1, () => $"two rows decode, nobody waits, and the plan repeats itself for {steps} step");
    }
}
