using Kantor.Bounds.Facts;
using Kantor.Bounds.Goodput;
using Kantor.Bounds.Latency;
using Kantor.Core.Objectives;

namespace Kantor.Bounds.Exact;

/// <summary>How near a bound is to the truth on an instance whose best schedule is known.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Optimum">What the best schedule reaches, in the unit of the bound.</param>
/// <param name="Bound">The bound.</param>
public sealed record Tightness(CoarseInstance Instance, double Optimum, ProvenBound Bound)
{
    private const int StatesMax = 200_000;

    /// <summary>At most 1: optimum ÷ bound, or bound ÷ optimum for a latency; null where nothing can be reached.</summary>
    public double? Share => Bound.RatioOf(Optimum);

    /// <summary>Solves an instance; null when it is too large for that, and where the objective has no bound.</summary>
    public static Tightness? Of(CoarseInstance instance, ObjectiveTerm term)
    {
        try
        {
            return term switch
            {
                GoodputTerm => new(
                    instance,
                    StepOptimum.Goodput(instance.Requests, instance.Fleet, instance.Slo, StatesMax),
                    GoodputBound.Of(instance.Requests, instance.Fleet, instance.Slo)),
                LatencyTerm latency when LatencyBounds.Of(instance.Requests, instance.Fleet, latency.Kind) is { } bound => new(
                    instance,
                    StepOptimum.TotalLatencyUs(instance.Requests, instance.Fleet, latency.Kind, StatesMax) / instance.Requests.Count / 1e6,
                    bound),
                _ => null,
            };
        }
        catch (TooManyStatesException)
        {
            return null;
        }
    }
}
