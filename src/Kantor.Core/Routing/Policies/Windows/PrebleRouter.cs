using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Windows;

/// <summary>
/// Preble's E2 (arXiv 2407.00023): where more of a prompt was sent to some replica than is new, the least loaded of those that have most of
/// it (exploit); otherwise the least sum of load, of what its cache would have to give up, and of the own prompt, all in seconds of a GPU
/// over the last three minutes (explore).
/// </summary>
/// <remarks>
/// Rebalancing: a prompt that would go to the most loaded replica goes to the least loaded while one has more than 1.5 times the other's
/// load, after 50 requests a replica; its prefix is then on both, which is also how a hot prefix spreads. The paper's doubled queueing time
/// as the sign for that, and its preference for decode-heavy replicas, are left out; its queues in a replica are batch policies.
/// </remarks>
public sealed class PrebleRouter(PrebleOptions? options = null) : IRouter
{
    private readonly PrebleOptions _options = options ?? new PrebleOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the replica that has more of the prompt than is new; else the least seconds of load, of evictions and of its own prompt",
        "Preble, arXiv 2407.00023, E2, and its code")
    {
        Information = LengthInformation.Class,
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints x log blocks + blocks of the prompt), a step time each",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("preble", PrebleOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public Signals Reads => Signals.Load | Signals.Content | Signals.StepTime;

    /// <inheritdoc/>
    public PolicyState NewState() => new PrebleState(_options);

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var memory = (PrebleState)state;
        memory.Read(request, fleet);
        var most = 0;
        foreach (ref readonly var endpoint in fleet.Endpoints) most = Math.Max(most, memory.HitTokens(request, endpoint.Replica));
        var place = most > request.PromptTokens - most
            ? memory.Rebalanced(fleet, Exploit(request, fleet, memory, most))
            : Explore(request, fleet, memory);
        memory.Send(request, fleet, place);
        return RouteDecision.To(place);
    }

    private static int Exploit(RequestFacts request, in FleetView fleet, PrebleState memory, int most)
    {
        var (best, least) = (0, double.PositiveInfinity);
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            var replica = fleet.Endpoints[place].Replica;
            if (memory.HitTokens(request, replica) < most || memory.LoadUs(replica, fleet.NowUs) >= least) continue;
            (best, least) = (place, memory.LoadUs(replica, fleet.NowUs));
        }

        return best;
    }

    private static int Explore(RequestFacts request, in FleetView fleet, PrebleState memory)
    {
        var (best, least) = (0, double.PositiveInfinity);
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            var costUs = memory.LoadUs(fleet.Endpoints[place].Replica, fleet.NowUs)
                + memory.EvictionUs(request, fleet, place) + memory.PrefillUs(request, fleet, place);
            fleet.Log?.Write(DecisionKind.Route, request.Id, fleet.Endpoints[place].Replica, [new("explore-us", costUs)]);
            if (costUs >= least) continue;
            (best, least) = (place, costUs);
        }

        return best;
    }
}
