using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Policies.Plain;

/// <summary>Each replica in turn, whatever its load.</summary>
public sealed class RoundRobinRouter : IRouter
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new("each replica in turn, whatever its load", "common practice")
    {
        Evidence = Evidence.Recalled,
        Cost = "O(1)",
    };

    /// <inheritdoc/>
    public string Name => "round-robin";

    /// <inheritdoc/>
    public Signals Reads => Signals.None;

    /// <inheritdoc/>
    public PolicyState NewState() => new Turn();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var turn = (Turn)state;
        turn.Next %= fleet.Endpoints.Length;
        return RouteDecision.To(turn.Next++);
    }

    private sealed class Turn : PolicyState
    {
        public int Next { get; set; }
    }
}
