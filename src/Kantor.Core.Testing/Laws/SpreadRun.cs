using Kantor.Core.Decisions;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Testing.Laws;

/// <summary>Requests that have nothing in common, sent to equal endpoints whose load follows from what they were sent.</summary>
internal sealed class SpreadRun
{
    private const int OpenMax = 12;

    private readonly IRouter _router;
    private readonly RandomStream _random;
    private readonly PolicyState _state;
    private readonly Queue<(RequestFacts Request, int Replica)> _open = new();
    private readonly int[] _there;

    public SpreadRun(IRouter router, ulong seed, int endpoints)
    {
        (_router, _random, _state) = (router, new RandomStream(seed, "spread"), router.NewState());
        (_there, Sent) = (new int[endpoints], new int[endpoints]);
        for (var replica = 0; replica < endpoints; replica++) _state.EndpointJoined(new EndpointId(replica));
    }

    /// <summary>Requests that each endpoint was sent.</summary>
    public int[] Sent { get; }

    /// <summary>One more request comes; when there are many, the oldest ends before.</summary>
    public void Send(int id)
    {
        if (_open.Count == OpenMax) End(_open.Dequeue());
        var request = RoutedRun.Request(_random, id, id * 10_000L);
        var fleet = Fleet(request);
        _state.TimeIs(fleet.NowUs);
        _state.Arrived(request, id);
        var chosen = _router.Route(request, fleet.View(_router.Reads), _state).Endpoint ?? 0;
        _state.Decided(DecisionKind.Route, request.Id, chosen);
        _open.Enqueue((request, chosen));
        Sent[chosen]++;
        _there[chosen]++;
    }

    private void End((RequestFacts Request, int Replica) oldest)
    {
        _there[oldest.Replica]--;
        _state.Ended(oldest.Request, (int)oldest.Request.Id.Value, new(RequestOutcome.Stopped, 8, 0));
    }

    private FleetBuilder Fleet(RequestFacts request)
    {
        var fleet = new FleetBuilder
        {
            NowUs = request.ArrivalUs,
            KvBlocksTotal = 4_000,
            Content = RoutedRun.Content(_random, request, isFresh: true),
        };
        foreach (var requests in _there)
        {
            fleet.Add(requests / 2, requests - (requests / 2), 100 * requests, queuedTokens: (100 * (requests / 2)) + requests);
        }

        return fleet;
    }
}
