using Kantor.Simulation;
using Kantor.Simulation.Events;

namespace Kantor.Planning;

/// <summary>Where the largest rate is looked for, and how closely.</summary>
public sealed record CapacityOptions
{
    /// <summary>Least arrivals per second and GPU that are tried; a layout that misses the objectives there has no capacity.</summary>
    public double RatePerGpuMin { get; init; } = 0.02;

    /// <summary>Most arrivals per second and GPU that are tried.</summary>
    public double RatePerGpuMax { get; init; } = 1000;

    /// <summary>Largest ratio, less 1, of the least rate that misses to the greatest that meets.</summary>
    public double Tolerance { get; init; } = 0.02;

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (RatePerGpuMin is not (> 0 and < 1e6))
        {
            throw new ArgumentOutOfRangeException(nameof(RatePerGpuMin), RatePerGpuMin, "A rate is above 0 and below 1e6.");
        }

        if (!(RatePerGpuMax > RatePerGpuMin) || !double.IsFinite(RatePerGpuMax))
        {
            throw new ArgumentOutOfRangeException(nameof(RatePerGpuMax), RatePerGpuMax, "It is above the least rate and finite.");
        }

        if (Tolerance is not (>= 1e-4 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "A tolerance lies in 0.0001 to 1.");
        }
    }
}

/// <summary>The largest rate at which a layout meets its objectives; DistServe's goodput (arXiv 2401.09670, section 2.2).</summary>
/// <param name="RatePerS">Greatest rate found to meet them; 0 when none does.</param>
/// <param name="MissesFromPerS">Least rate found to miss them, within the tolerance of <paramref name="RatePerS"/>; null when every rate
/// meets them.</param>
/// <param name="Gpus">GPUs of the layout.</param>
/// <param name="Attainment">At <paramref name="RatePerS"/>; null for none.</param>
public sealed record Capacity(double RatePerS, double? MissesFromPerS, int Gpus, AttainmentEstimate? Attainment)
{
    /// <summary>Requests per second and GPU.</summary>
    public double RatePerSAndGpu => RatePerS / Gpus;
}

/// <summary>
/// Finds the capacity of a layout by bisection on the simulator. Attainment is taken to fall with the rate; the same requests arrive at
/// every rate, only denser.
/// </summary>
public sealed class CapacitySearch(TrialBench bench, CapacityOptions? options = null)
{
    private readonly CapacityOptions _options = options ?? new CapacityOptions();

    /// <summary>Capacity of so many units of a layout.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="SimulationException">A policy made no progress.</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public async Task<Capacity> FindAsync(FleetLayout layout, int units = 1, CancellationToken cancellation = default)
    {
        _options.Validate();
        var gpus = layout.Gpus * units;
        var (leastPerS, mostPerS) = (_options.RatePerGpuMin * gpus, _options.RatePerGpuMax * gpus);
        var (meets, misses) = (default((double RatePerS, AttainmentEstimate Attainment)?), default(double?));
        for (
            double? rate = Math.Clamp(gpus, leastPerS, mostPerS); rate is { } next; rate = Next(
                meets?.RatePerS, misses, leastPerS, mostPerS))
        {
            var attainment = await bench.TryOutAsync(layout, units, next, cancellation);
            if (attainment.Meets(bench.Objective.Attainment)) meets = (next, attainment);
            else misses = next;
        }

        return new Capacity(meets?.RatePerS ?? 0, misses, gpus, meets?.Attainment);
    }

    /// <summary>
    /// Doubling or halving until the capacity lies between two rates, then their geometric mean; null when it is known well enough.
    /// </summary>
    private double? Next(double? meets, double? misses, double leastPerS, double mostPerS) => (meets, misses) switch
    {
        (null, { } high) => high > leastPerS ? Math.Max(leastPerS, high / 2) : null,
        ({ } low, null) => low < mostPerS ? Math.Min(mostPerS, low * 2) : null,
        ({ } low, { } high) => high / low > 1 + _options.Tolerance ? Math.Sqrt(low * high) : null,
        _ => null,
    };
}
