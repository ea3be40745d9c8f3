using Kantor.Simulation;
using Kantor.Simulation.Events;

namespace Kantor.Planning;

/// <summary>A layout in some number, and what it attains.</summary>
/// <param name="Layout">The layout.</param>
/// <param name="Units">How many of it.</param>
/// <param name="Attainment">Share of requests within the objectives.</param>
public sealed record FleetTrial(FleetLayout Layout, int Units, AttainmentEstimate Attainment)
{
    /// <summary>GPUs in all.</summary>
    public int Gpus => Units * Layout.Gpus;

    /// <summary>Price in all for an hour; null when that of a GPU is not known.</summary>
    public double? PricePerH => Units * Layout.PricePerH;
}

/// <summary>The fewest of a layout that meet the objectives.</summary>
/// <param name="Fewest">They; null when the most that were allowed miss them.</param>
/// <param name="Trials">All that was tried, in order; at least one.</param>
/// <param name="IsMonotone">False when fewer met the objectives than some greater number that missed them; what is found lies above
/// both.</param>
public sealed record FleetSize(FleetTrial? Fewest, IReadOnlyList<FleetTrial> Trials, bool IsMonotone)
{
    /// <summary>What it comes down to: the fewest that meet, else the largest that was tried.</summary>
    public FleetTrial Shown => Fewest ?? Trials.MaxBy(trial => trial.Gpus)!;
}

/// <summary>
/// Finds how many units of a layout a load needs, by doubling and bisection on the simulator. That more units attain more is taken for
/// granted on the way and verified at the end: one unit less misses, one more meets.
/// </summary>
public sealed class FleetSearch(TrialBench bench)
{
    /// <summary>
    /// The fewest units, up to <paramref name="unitsMax"/> ≥ 1. Where prefill and decode are two pools, as many of each are found first,
    /// and those that can be spared of one side and then of the other, in both orders, taken away.
    /// </summary>
    /// <exception cref="SimulationException">A policy made no progress.</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public async Task<FleetSize> FindAsync(FleetLayout layout, int unitsMax, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(unitsMax, 1);
        var tried = new List<FleetTrial>();
        var (misses, isMonotone) = (0, true);
        while (await FewestAsync(layout, misses, unitsMax, tried, cancellation) is { } fewest)
        {
            if (fewest.Units == unitsMax || Meets(await TryAsync(layout, fewest.Units + 1, tried, cancellation)))
            {
                return new FleetSize(await TrimAsync(fewest, tried, cancellation), tried, isMonotone);
            }

            (misses, isMonotone) = (fewest.Units + 1, false);
        }

        return new FleetSize(null, tried, isMonotone);
    }

    /// <summary>Fewest units above a number that misses, by doubling the step and then halving the bracket.</summary>
    private async Task<FleetTrial?> FewestAsync(
        FleetLayout layout, int misses, int unitsMax, List<FleetTrial> tried, CancellationToken cancellation)
    {
        var meets = default(FleetTrial);
        for (var step = 1; meets is null; step *= 2)
        {
            if (misses == unitsMax) return null;
            var next = await TryAsync(layout, Math.Min(unitsMax, misses + step), tried, cancellation);
            if (Meets(next)) meets = next;
            else misses = next.Units;
        }

        while (meets.Units - misses > 1)
        {
            var middle = await TryAsync(layout, misses + ((meets.Units - misses) / 2), tried, cancellation);
            if (Meets(middle)) meets = middle;
            else misses = middle.Units;
        }

        return meets;
    }

    private async Task<FleetTrial> TrimAsync(FleetTrial found, List<FleetTrial> tried, CancellationToken cancellation)
    {
        if (found.Layout is not { Decode: { } decode, UnitsStandAlone: false } layout) return found;
        var (prefills, decodes) = (found.Units * layout.ServingReplicas, found.Units * decode.Replicas);
        var whole = found with { Layout = With(layout, prefills, decodes), Units = 1 };
        var decodesFirst = await TrimAsync(
            await TrimAsync(whole, isDecode: true, tried, cancellation), isDecode: false, tried, cancellation);
        var prefillsFirst = await TrimAsync(
            await TrimAsync(whole, isDecode: false, tried, cancellation), isDecode: true, tried, cancellation);
        return (prefillsFirst.PricePerH ?? prefillsFirst.Gpus) < (decodesFirst.PricePerH ?? decodesFirst.Gpus)
            ? prefillsFirst
            : decodesFirst;
    }

    /// <summary>The fewest replicas of one side, by bisection, while the other stays as it is.</summary>
    private async Task<FleetTrial> TrimAsync(FleetTrial meets, bool isDecode, List<FleetTrial> tried, CancellationToken cancellation)
    {
        var (prefills, decodes) = (meets.Layout.ServingReplicas, meets.Layout.Decode!.Replicas);
        var (misses, enough) = (0, isDecode ? decodes : prefills);
        while (enough - misses > 1)
        {
            var middle = misses + ((enough - misses) / 2);
            var trial = await TryAsync(
                isDecode ? With(meets.Layout, prefills, middle) : With(meets.Layout, middle, decodes), 1, tried, cancellation);
            if (!Meets(trial)) misses = middle;
            else (enough, meets) = (middle, trial);
        }

        return meets;
    }

    private static FleetLayout With(FleetLayout layout, int prefills, int decodes) =>
        layout with { ServingReplicas = prefills, Decode = layout.Decode! with { Replicas = decodes } };

    private async Task<FleetTrial> TryAsync(FleetLayout layout, int units, List<FleetTrial> tried, CancellationToken cancellation)
    {
        if (tried.Find(trial => trial.Units == units && trial.Layout == layout) is { } known) return known;
        var trial = new FleetTrial(layout, units, await bench.TryOutAsync(layout, units, cancellation: cancellation));
        tried.Add(trial);
        return trial;
    }

    private bool Meets(FleetTrial trial) => trial.Attainment.Meets(bench.Objective.Attainment);
}
