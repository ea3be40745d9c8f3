using Kantor.Bounds.Facts;
using Kantor.Core.Objectives;

namespace Kantor.Bounds.Exact;

/// <summary>
/// The best that any schedule of a few short requests reaches, step by step, with everything known beforehand: every division of every step
/// over the requests is tried. Whoever is not in a step keeps what was computed for nothing and holds no memory, so that schedules that
/// preempt are bound too.
/// </summary>
/// <remarks>
/// Exponential. Requests that are not served to their end are allowed for goodput and not for latencies. A replica idles only until the
/// next arrival: a schedule that idles otherwise can be moved forward without harm to any objective. Replicas share nothing, so the best
/// fleet is the best partition of the requests over them.
/// </remarks>
public sealed class StepOptimum
{
    /// <summary>Most requests.</summary>
    public const int RequestsMax = 8;

    private readonly BoundRequest[] _requests;
    private readonly FleetFacts _fleet;
    private readonly int _statesMax;

    private StepOptimum(BoundRequest[] requests, FleetFacts fleet, int statesMax) =>
        (_requests, _fleet, _statesMax) = (requests, fleet, statesMax);

    /// <summary>Most weight of requests within their objectives.</summary>
    /// <exception cref="ArgumentException">There are too many requests, or more states than allowed.</exception>
    public static double Goodput(IReadOnlyList<BoundRequest> requests, FleetFacts fleet, SloSpec slo, int statesMax = 2_000_000) =>
        Checked(requests, fleet, statesMax).OverPartitions(new GoodputScore(slo));

    /// <summary>Least sum of times to first token or to the end, in microseconds.</summary>
    /// <exception cref="ArgumentException">There are too many requests, or more states than allowed.</exception>
    public static double TotalLatencyUs(
        IReadOnlyList<BoundRequest> requests, FleetFacts fleet, LatencyKind kind, int statesMax = 2_000_000) =>
        -Checked(requests, fleet, statesMax).OverPartitions(new LatencyScore(kind));

    private static StepOptimum Checked(IReadOnlyList<BoundRequest> requests, FleetFacts fleet, int statesMax)
    {
        fleet.Validate();
        foreach (var request in requests) request.Validate(nameof(requests));
        return requests.Count <= RequestsMax
            ? new StepOptimum([.. requests], fleet, statesMax)
            : throw new ArgumentException($"{requests.Count} requests; at most {RequestsMax} can be solved exactly.", nameof(requests));
    }

    private double OverPartitions(StepScore score)
    {
        var alone = new double[1 << _requests.Length];
        for (var set = 1; set < alone.Length; set++)
        {
            BoundRequest[] members = [.. _requests.Where((_, index) => (set & (1 << index)) != 0)];
            alone[set] = new StepSearch(members, _fleet, score, _statesMax).Best();
        }

        var sofar = alone;
        for (var replica = 1; replica < _fleet.Replicas; replica++) sofar = OneMore(alone, sofar);
        return sofar[^1];
    }

    private static double[] OneMore(double[] alone, double[] sofar)
    {
        var more = new double[alone.Length];
        for (var set = 0; set < alone.Length; set++)
        {
            more[set] = double.NegativeInfinity;
            for (var part = set; ; part = (part - 1) & set)
            {
                more[set] = Math.Max(more[set], alone[part] + sofar[set & ~part]);
                if (part == 0) break;
            }
        }

        return more;
    }
}
