using System.Collections.Concurrent;
using System.Globalization;
using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;
using Kantor.Core.Prediction;
using Kantor.Reports.Comparisons;

namespace Kantor.Cli.Compare;

/// <summary>What is other than it is taken to be.</summary>
/// <param name="Name">In words.</param>
/// <param name="Change">The scenario there; policies are told of it as it was.</param>
internal sealed record OtherWorld(string Name, Func<Scenario, Scenario> Change);

/// <summary>
/// Runs the policies again in other worlds, at one rate, and says whether their ranking survives: where one part of the step time is 30 %
/// more or less, since the constants of a model are never better known than that, and where the lengths of answers are believed more or
/// less wrongly.
/// </summary>
internal sealed class OtherWorlds(
    IReadOnlyList<OtherWorld> worlds, Runner runner, ObjectiveFigure figure, double rateScale, ParallelOptions threads)
{
    private static readonly double[] Noises = [0, 0.2, 0.4, 0.8];

    private readonly ConcurrentDictionary<(OtherWorld World, string Policy), ConcurrentBag<double>> _values = new();

    /// <summary>The worlds in which the policies of a decision are tried: where beliefs are compared, nothing else replaces them.</summary>
    public static IReadOnlyList<OtherWorld> Of(ComparedDecision decision) =>
    [
        .. from part in Enum.GetValues<StepPart>() from factor in (double[])[0.7, 1.3] select OfStep(part, factor),
        .. decision.IsOfBeliefs ? [] : Noises.Select(OfBeliefs),
    ];

    /// <summary>A row for each world.</summary>
    public IReadOnlyList<SensitivityRow> Run(
        ComparisonReport report, double load, IReadOnlyList<ComparedPolicy> policies, IReadOnlyList<Replicate> replicates)
    {
        var runners = worlds.ToDictionary(world => world, world => runner.In(world.Change));
        var tasks = (from world in worlds from policy in policies from replicate in replicates select (world, policy, replicate)).ToArray();
        var counts = new WorkCounts("sensitivity", null, null, ("runs", tasks.Length));
        WorkProgress.Run(counts, () => Parallel.ForEach(tasks, threads, task =>
        {
            var values = _values.GetOrAdd((task.world, task.policy.Label), _ => []);
            if (runners[task.world].ValueOf(figure, task.policy, task.replicate, rateScale) is { } value) values.Add(value);
            counts.PartEnded();
        }));
        SensitivityRow RowOf(OtherWorld world) =>
            SensitivityRow.Of(report, load, world.Name, policy => MeanOf(world, policy, replicates.Count));
        return [.. worlds.Select(RowOf)];
    }

    /// <summary>
    /// Null where a run has no value: a mean over other requests would not compare. Sorted, so that equal values give equal sums.
    /// </summary>
    private double? MeanOf(OtherWorld world, string policy, int replicates) =>
        _values.GetValueOrDefault((world, policy)) is { } values && values.Count == replicates ? values.Order().Average() : null;

    private static OtherWorld OfStep(StepPart part, double factor) => new(
        $"{part} {(factor > 1 ? "+30" : "−30")} % of the step time", scenario => PerturbedStepTime.In(scenario, part, factor));

    private static OtherWorld OfBeliefs(double noise)
    {
        ILengthPredictor Make() => new NoisyOracle(null, new NoisyOracleOptions { Noise = noise });
        var name = noise == 0
            ? "True lengths known"
            : string.Create(CultureInfo.InvariantCulture, $"True lengths known up to an error of {noise * 100:0} %");
        return new(name, scenario => scenario.WithPools(pool => pool with { Predictor = new(Make().Name, Make) }));
    }
}
