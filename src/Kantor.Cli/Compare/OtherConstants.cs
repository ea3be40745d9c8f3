using System.Collections.Concurrent;
using Kantor.Cli.Shell;
using Kantor.Reports.Comparisons;

namespace Kantor.Cli.Compare;

/// <summary>
/// Runs the policies again where one part of the step time is 30 % more or less, at one rate, and says whether their ranking survives: the
/// constants of a model are never better known than that.
/// </summary>
internal sealed class OtherConstants(Runner runner, ObjectiveFigure figure, double rateScale, ParallelOptions threads)
{
    private static readonly World[] Worlds =
    [
        .. from part in Enum.GetValues<StepPart>() from factor in (double[])[0.7, 1.3] select new World(part, factor),
    ];

    private readonly ConcurrentDictionary<(World World, string Policy), ConcurrentBag<double>> _values = new();

    /// <summary>A row for each change of a constant.</summary>
    public IReadOnlyList<SensitivityRow> Run(
        ComparisonReport report, double load, IReadOnlyList<ComparedPolicy> policies, IReadOnlyList<Replicate> replicates)
    {
        var tasks = (from world in Worlds from policy in policies from replicate in replicates select (world, policy, replicate)).ToArray();
        var counts = new WorkCounts("sensitivity", null, null, ("runs", tasks.Length));
        WorkProgress.Run(counts, () => Parallel.ForEach(tasks, threads, task =>
        {
            Simulate(task.world, task.policy, task.replicate);
            counts.PartEnded();
        }));
        SensitivityRow RowOf(World world) =>
            SensitivityRow.Of(report, load, world.ToString(), policy => MeanOf(world, policy, replicates.Count));
        return [.. Worlds.Select(RowOf)];
    }

    private void Simulate(World world, ComparedPolicy policy, Replicate replicate)
    {
        var values = _values.GetOrAdd((world, policy.Label), _ => []);
        if (runner.With(world.Part, world.Factor).ValueOf(figure, policy, replicate, rateScale) is { } value) values.Add(value);
    }

    /// <summary>
    /// Null where a run has no value: a mean over other requests would not compare. Sorted, so that equal values give equal sums.
    /// </summary>
    private double? MeanOf(World world, string policy, int replicates) =>
        _values.GetValueOrDefault((world, policy)) is { } values && values.Count == replicates ? values.Order().Average() : null;

    private readonly record struct World(StepPart Part, double Factor)
    {
        public override string ToString() => $"{Part} {(Factor > 1 ? "+30" : "−30")} %";
    }
}
