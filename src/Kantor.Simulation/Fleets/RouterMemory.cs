using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Scaling;

namespace Kantor.Simulation.Fleets;

/// <summary>
/// What a router and the autoscaler of its replicas remember, and who tells them: they hear of every request that comes, of each decision of
/// either, and of the end of each request, once. Without memory nobody is told anything.
/// </summary>
internal sealed class RouterMemory
{
    private readonly PolicyState _all;
    private readonly bool _listens;
    private readonly Dictionary<RequestId, int> _slots = [];
    private readonly Stack<int> _free = new();

    public RouterMemory(IRouter router, IAutoscaler? scaler)
    {
        (State, ScalerState) = (router.NewState(), scaler?.NewState());
        _all = PolicyStates.Of(State, ScalerState);
        _listens = PolicyStates.Listens(State) || PolicyStates.Listens(ScalerState);
    }

    /// <summary>The router's.</summary>
    public PolicyState State { get; }

    /// <summary>The autoscaler's; null without one.</summary>
    public PolicyState? ScalerState { get; }

    /// <summary>The request is about to be routed; it came before when it was held or lost its replica.</summary>
    public void Arrived(RequestFacts request, long nowUs)
    {
        if (!_listens) return;
        _all.TimeIs(nowUs);
        if (_slots.ContainsKey(request.Id)) return;
        if (!_free.TryPop(out var slot)) slot = _slots.Count;
        _slots.Add(request.Id, slot);
        _all.Arrived(request, slot);
    }

    /// <summary>The request was sent to a replica.</summary>
    public void Decided(RequestId request, int replica)
    {
        if (_listens) _all.Decided(DecisionKind.Route, request, replica);
    }

    /// <summary>So many replicas are wanted.</summary>
    public void Scaled(int wanted, long nowUs)
    {
        if (!_listens) return;
        _all.TimeIs(nowUs);
        _all.Decided(DecisionKind.Scale, default, wanted);
    }

    /// <summary>The request ended, wherever it was; told once.</summary>
    public void Ended(RequestFacts request, in RequestEnd end, long nowUs)
    {
        if (!_listens || !_slots.Remove(request.Id, out var slot)) return;
        _free.Push(slot);
        _all.TimeIs(nowUs);
        _all.Ended(request, slot, end);
    }

    /// <summary>The replica takes requests from now on.</summary>
    public void Joined(int replica)
    {
        if (_listens) _all.EndpointJoined(new EndpointId(replica));
    }

    /// <summary>The replica takes no more requests.</summary>
    public void Left(int replica)
    {
        if (_listens) _all.EndpointLeft(new EndpointId(replica));
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
