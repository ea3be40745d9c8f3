using Kantor.Core.Decisions;

namespace Kantor.Core.Routing;

/// <summary>Each replica in turn, whatever its load.</summary>
public sealed class RoundRobinRouter : IRouter
{
    /// <inheritdoc/>
    public string Name => "round-robin";

    /// <inheritdoc/>
    public bool ReadsLoad => false;

    /// <inheritdoc/>
    public PolicyState NewState() => new Turn();

    /// <inheritdoc/>
    public int Route(in RouteRequest request, in FleetView fleet, PolicyState state)
    {
        var turn = (Turn)state;
        turn.Next %= fleet.Endpoints.Length;
        return turn.Next++;
    }

    private sealed class Turn : PolicyState
    {
        public int Next { get; set; }
    }
}
