using Kantor.Bounds.Facts;
using Kantor.Bounds.Sharing;
using Kantor.Bounds.Work;
using Kantor.Core.Objectives;

namespace Kantor.Bounds.Latency;

/// <summary>
/// The least mean latency that any policy can reach that serves every request (docs/bounds.md, section 4): the largest of several bounds.
/// </summary>
public static class LatencyBounds
{
    /// <summary>Name of the bound by waiting for nobody.</summary>
    public const string Alone = "each request alone";

    /// <summary>Name of the bound by machine time.</summary>
    public const string MachineTime = "mean busy time of machines";

    /// <summary>Name of the bound by KV memory.</summary>
    public const string KvTime = "mean busy time of KV memory";

    /// <summary>Name of the bound by steps that requests share.</summary>
    public const string SharedSteps = "steps shared on one machine";

    /// <summary>The bound of the mean of a latency; null for a kind that has none.</summary>
    /// <param name="requests">The requests, in any order; their weights do not count.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="kind">Time to first token or to the end.</param>
    /// <exception cref="ArgumentException">A request or the fleet is out of range.</exception>
    public static ProvenBound? Of(IReadOnlyList<BoundRequest> requests, FleetFacts fleet, LatencyKind kind)
    {
        foreach (var request in requests) request.Validate(nameof(requests));
        if (requests.Count == 0 || kind is not (LatencyKind.Ttft or LatencyKind.E2e)) return null;
        return Best(Steps([.. requests.OrderBy(request => request.ArrivalUs)], new FleetWork(fleet), kind));
    }

    internal static IReadOnlyList<BoundStep> Steps(BoundRequest[] byArrival, FleetWork work, LatencyKind kind)
    {
        var sums = new LatencySums(byArrival, work);
        if (kind == LatencyKind.Ttft) return [new(Alone, sums.FirstTokensAlone()), new(MachineTime, sums.FirstTokensByMachine())];
        var rates = work.Rates(double.PositiveInfinity).MaxBy(sums.EndsByMachine);
        List<BoundStep> steps = [new(Alone, sums.EndsAlone()), new(MachineTime, sums.EndsByMachine(rates)), new(KvTime, sums.EndsByKv())];
        if (work.Fleet.Replicas == 1 && SharingBound.MeanS(byArrival, work, rates, request => sums.TotalUs(rates, request)) is { } shared)
        {
            steps.Add(new(SharedSteps, shared));
        }

        return steps;
    }

    private static ProvenBound Best(IReadOnlyList<BoundStep> steps)
    {
        var best = steps.MaxBy(step => step.Value);
        return new ProvenBound(
            best.Name, best.Value, ProvenBound.SecondsUnit, IsUpper: false,
            [
                "Of every policy that serves every request to its end; one that refuses the long ones may pass it.",
                "Each replica computes one step at a time, within the limits of a step, and no step is shorter than the step-time model "
                + "says.",
                "A step gives a request at most one token: no speculation, no pipeline stages, no replicas in lockstep.",
                "Arrivals do not depend on answers, and each request is sent once.",
                "Answers are as long as in the trace: nobody cuts them short.",
            ],
            [.. steps.OrderBy(step => step.Value)]);
    }
}
