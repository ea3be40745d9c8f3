using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Simulation.Replicas;

namespace Kantor.Simulation.Fleets;

/// <summary>
/// The stream of events of a group of replicas, for the policies that decide about all of it: which requests came and what became of them,
/// what was decided, and which replicas take requests. A request has a slot from its first routing here to its end here.
/// </summary>
internal sealed class FleetStream : IServiceListener
{
    private PolicyState _state;

    // A policy without memory has nothing to remember, and is told nothing.
    private bool _isHeard;
    private readonly Dictionary<RequestId, Guest> _guests = [];
    private readonly Stack<int> _freeSlots = new();
    private int _slots;

    /// <summary>What a router hears, and a scaler where there is one.</summary>
    public FleetStream(PolicyState router, PolicyState? scaler)
    {
        PolicyState[] hearing = [.. ((PolicyState?[])[router, scaler]).OfType<PolicyState>().Where(state => state.GetType() != typeof(PolicyState))];
        _isHeard = hearing.Length > 0;
        _state = _isHeard ? PolicyStates.Of(hearing) : router;
    }

    /// <summary>Another policy hears too, from now on; nothing has happened yet.</summary>
    public void AlsoTell(PolicyState state)
    {
        if (state.GetType() == typeof(PolicyState)) return;
        (_state, _isHeard) = (_isHeard ? PolicyStates.Of(_state, state) : state, true);
    }

    private sealed class Guest(RequestFacts facts, int slot)
    {
        public RequestFacts Facts => facts;

        public int Slot => slot;

        public int GeneratedTokens { get; set; }

        public int CachedTokens { get; set; }
    }

    /// <summary>The request is to be routed here; it arrives with the first time.</summary>
    public void Arrived(RequestFacts request, long nowUs)
    {
        if (!_isHeard) return;
        _state.TimeIs(nowUs);
        if (_guests.ContainsKey(request.Id)) return;
        var guest = new Guest(request, _freeSlots.TryPop(out var free) ? free : _slots++);
        _guests.Add(request.Id, guest);
        _state.Arrived(request, guest.Slot);
    }

    /// <summary>Something was decided.</summary>
    public void Decided(DecisionKind kind, RequestId request, long choice, long nowUs)
    {
        _state.TimeIs(nowUs);
        _state.Decided(kind, request, choice);
    }

    /// <inheritdoc/>
    public void Served(RequestId request, int generatedTokens, int cachedTokens)
    {
        if (_guests.TryGetValue(request, out var guest)) (guest.GeneratedTokens, guest.CachedTokens) = (generatedTokens, cachedTokens);
    }

    /// <inheritdoc/>
    public void WentOn(RequestId request, long nowUs) => Ended(request, null, nowUs);

    /// <summary>The request is over, or without an outcome goes on in another group. One that is not here is passed over.</summary>
    public void Ended(RequestId request, RequestOutcome? outcome, long nowUs)
    {
        if (!_guests.Remove(request, out var guest)) return;
        _freeSlots.Push(guest.Slot);
        _state.TimeIs(nowUs);
        _state.Ended(guest.Facts, guest.Slot, new RequestEnd(outcome, guest.GeneratedTokens, guest.CachedTokens));
    }

    public void Joined(int replica, long nowUs)
    {
        _state.TimeIs(nowUs);
        _state.EndpointJoined(new EndpointId(replica));
    }

    public void Left(int replica, long nowUs)
    {
        _state.TimeIs(nowUs);
        _state.EndpointLeft(new EndpointId(replica));
    }
}
