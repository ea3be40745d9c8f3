using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;

namespace Kantor.Simulation.Fleets;

/// <summary>
/// What a router remembers, and who tells it: it hears of every request that comes to it, of each of its decisions, and of the end of each request,
/// once. A router without memory is told nothing.
/// </summary>
internal sealed class RouterMemory
{
    private readonly bool _listens;
    private readonly Dictionary<RequestId, int> _slots = [];
    private readonly Stack<int> _free = new();

    public RouterMemory(IRouter router)
    {
        State = router.NewState();
        _listens = State.GetType() != typeof(PolicyState);
    }

    public PolicyState State { get; }

    /// <summary>The request is about to be routed; it came before when it was held or lost its replica.</summary>
    public void Arrived(RequestFacts request, long nowUs)
    {
        if (!_listens) return;
        State.TimeIs(nowUs);
        if (_slots.ContainsKey(request.Id)) return;
        if (!_free.TryPop(out var slot)) slot = _slots.Count;
        _slots.Add(request.Id, slot);
        State.Arrived(request, slot);
    }

    /// <summary>The request was sent to a replica.</summary>
    public void Decided(RequestId request, int replica)
    {
        if (_listens) State.Decided(DecisionKind.Route, request, replica);
    }

    /// <summary>The request ended, wherever it was; told once.</summary>
    public void Ended(RequestFacts request, in RequestEnd end, long nowUs)
    {
        if (!_listens || !_slots.Remove(request.Id, out var slot)) return;
        _free.Push(slot);
        State.TimeIs(nowUs);
        State.Ended(request, slot, end);
    }

    /// <summary>The replica takes requests from now on.</summary>
    public void Joined(int replica)
    {
        if (_listens) State.EndpointJoined(new EndpointId(replica));
    }

    /// <summary>The replica takes no more requests.</summary>
    public void Left(int replica)
    {
        if (_listens) State.EndpointLeft(new EndpointId(replica));
    }

    /// <summary>Hears the ends of a replica's requests.</summary>
    public PolicyState? NewListener() => _listens ? new Ends(this) : null;

    private sealed class Ends(RouterMemory memory) : PolicyState
    {
        public override void Ended(RequestFacts request, int slot, in RequestEnd end)
        {
            if (end.Outcome is not null) memory.Ended(request, end, NowUs);
        }
    }
}
