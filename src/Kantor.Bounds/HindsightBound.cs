using Kantor.Bounds.Facts;
using Kantor.Bounds.Goodput;
using Kantor.Bounds.Latency;
using Kantor.Core.Objectives;

namespace Kantor.Bounds;

/// <summary>The bound that goes with an objective.</summary>
public static class HindsightBound
{
    /// <summary>
    /// The bound of an objective of one term: goodput in weight of requests within their objectives (a run's figure is its weight within
    /// them, not divided by time), the mean time to first token or to the end in seconds. The term's factor does not count. Null where no
    /// bound is known: sums, tails, throughput, means of gaps; and without requests.
    /// </summary>
    /// <exception cref="ArgumentException">A request or the fleet is out of range.</exception>
    public static ProvenBound? Of(Objective objective, IReadOnlyList<BoundRequest> requests, FleetFacts fleet)
    {
        ArgumentNullException.ThrowIfNull(objective);
        if (objective.Terms is not [var term] || requests.Count == 0) return null;
        return term switch
        {
            GoodputTerm goodput => GoodputBound.Of(requests, fleet, goodput.Slo),
            LatencyTerm latency => LatencyBounds.Of(requests, fleet, latency.Kind),
            _ => null,
        };
    }
}
