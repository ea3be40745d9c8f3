using Kantor.Simulation;
using Kantor.Simulation.Events;

namespace Kantor.Planning;

/// <summary>Tries every layout under a load and chooses the fleet that meets the objectives with the least.</summary>
/// <remarks>Layouts are searched side by side and apart from one another, so that no figure depends on the number of threads.</remarks>
public sealed class PlanSearch(TrialBench bench)
{
    private readonly FleetSearch _sizes = new(bench);

    /// <summary>
    /// The plan. A fleet has up to <paramref name="replicasMax"/> replicas, those of both sides together. A cancelled search gives what is
    /// finished; <paramref name="ended"/> hears of each layout.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A unit of a layout has more replicas than a fleet may have.</exception>
    public async Task<FleetPlan> FindAsync(
        IReadOnlyList<FleetLayout> layouts, int replicasMax, Action<PlanCandidate>? ended = null, CancellationToken cancellation = default)
    {
        foreach (var layout in layouts) ArgumentOutOfRangeException.ThrowIfGreaterThan(layout.Replicas, replicasMax, nameof(replicasMax));
        var found = new PlanCandidate?[layouts.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = bench.Threads, CancellationToken = cancellation };
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, layouts.Count), parallel, async (index, stop) =>
            {
                found[index] = await SizeAsync(layouts[index], replicasMax / layouts[index].Replicas, stop);
                ended?.Invoke(found[index]!);
            });
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What is finished is reported, as not all.
        }

        return FleetPlan.Of([.. found.OfType<PlanCandidate>()], layouts.Count, bench.Objective, bench.Load.RatePerS);
    }

    private async Task<PlanCandidate> SizeAsync(FleetLayout layout, int unitsMax, CancellationToken cancellation)
    {
        try
        {
            return new PlanCandidate(layout, await _sizes.FindAsync(layout, unitsMax, cancellation), null);
        }
        catch (SimulationException exception)
        {
            return new PlanCandidate(layout, null, exception.Message);
        }
    }
}
