using Kantor.Core.Decisions;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Testing.Laws;

/// <summary>
/// A router's decisions while requests come and end and endpoints join and leave, all told to its state as a host would tell it. The view
/// has no more than what the router reads.
/// </summary>
internal sealed class RoutedRun
{
    private readonly IRouter _router;
    private readonly RandomStream _random;
    private readonly PolicyState _state;
    private readonly List<int> _replicas = [];
    private readonly List<(RequestFacts Request, int Slot)> _open = [];
    private int _replicasEver;

    private RoutedRun(IRouter router, ulong seed) =>
        (_router, _random, _state) = (router, new RandomStream(seed, "fleet"), router.NewState());

    /// <summary>The decisions, by number of replica and with the hold.</summary>
    /// <exception cref="LawBrokenException">A decision is about nobody who takes requests, or about the past.</exception>
    public static IReadOnlyList<(int Replica, int Decode, long HoldUntilUs)> Of(IRouter router, ulong seed, int requests)
    {
        var run = new RoutedRun(router, seed);
        for (var replicas = 1 + run._random.NextInt(5); replicas > 0; replicas--) run.Join();
        return [.. Enumerable.Range(0, requests).Select(run.Decide)];
    }

    /// <summary>A request of a few sessions, tenants and lengths.</summary>
    public static RequestFacts Request(RandomStream random, int id, long nowUs) => new()
    {
        Id = new RequestId(id),
        PromptTokens = 1 + random.NextInt(100),
        OutputTokensMax = 1 + random.NextInt(60),
        ArrivalUs = nowUs,
        Class = new ClassId(random.NextInt(3)),
        CacheDomain = new CacheDomain(0, random.NextInt(3)),
    };

    /// <summary>A prompt's content: one of a few beginnings and then its own, or all its own.</summary>
    public static TokenContent Content(RandomStream random, RequestFacts request, bool isFresh)
    {
        var (tokens, shared) = (new int[request.PromptTokens], isFresh ? 0 : random.NextInt(request.PromptTokens + 1));
        var beginning = random.NextInt(3);
        for (var at = 0; at < tokens.Length; at++)
        {
            tokens[at] = at < shared ? (1_000 * beginning) + at : 1_000_000 + (int)(request.Id.Value * 1_000) + at;
        }

        return TokenContent.FromTokens(tokens);
    }

    private (int Replica, int Decode, long HoldUntilUs) Decide(int id)
    {
        var nowUs = id * 40_000L;
        _state.TimeIs(nowUs);
        Change();
        var request = Request(_random, id, nowUs);
        if (_random.NextInt(2) == 0) request = request with { Session = new SessionId(_random.NextInt(3)) };
        _state.Arrived(request, id);
        _open.Add((request, id));
        if (_random.NextInt(6) == 0) Route(request, nowUs);
        return Route(_random.NextInt(8) == 0 ? _open[_random.NextInt(_open.Count)].Request : request, nowUs);
    }

    /// <summary>Requests end, and replicas come and go.</summary>
    private void Change()
    {
        if (_open.Count > 0 && _random.NextInt(2) == 0)
        {
            var at = _random.NextInt(_open.Count);
            var (request, slot) = _open[at];
            _open.RemoveAt(at);
            var outcome = _random.NextInt(4) == 0 ? RequestOutcome.Cancelled : RequestOutcome.Stopped;
            _state.Ended(request, slot, new RequestEnd(outcome, _random.NextInt(60), 0));
        }

        if (_random.NextInt(4) == 0) Join();
        if (_replicas.Count < 2 || _random.NextInt(4) > 0) return;
        var leaves = _random.NextInt(_replicas.Count);
        _state.EndpointLeft(new EndpointId(_replicas[leaves]));
        _replicas.RemoveAt(leaves);
    }

    private void Join()
    {
        _replicas.Add(_replicasEver);
        _state.EndpointJoined(new EndpointId(_replicasEver));
        _replicasEver += 1 + _random.NextInt(3);
    }

    private (int Replica, int Decode, long HoldUntilUs) Route(RequestFacts request, long nowUs)
    {
        var decodes = (_router.Reads & Signals.Decode) != 0 ? _random.NextInt(_replicas.Count) : 0;
        var decision = Ask(request, Fleet(request, decodes, nowUs));
        if (decision.HoldUntilUs is { } untilUs)
        {
            LawBrokenException.Unless(untilUs > nowUs, () => $"holds until {untilUs} us, which does not lie after {nowUs} us");
            return (-1, -1, untilUs);
        }

        var begins = _replicas.Count - decodes;
        LawBrokenException.Unless(
            decision.Endpoint >= 0 && decision.Endpoint < begins
                && (decision.Decode is null || (decision.Decode >= begins && decision.Decode < _replicas.Count)),
            () => $"{decision} of {_replicas.Count} endpoints, of which requests begin at {begins}");
        var replica = _replicas[decision.Endpoint!.Value];
        _state.Decided(DecisionKind.Route, request.Id, replica);
        return (replica, decision.Decode is { } decode ? _replicas[decode] : -1, -1);
    }

    private RouteDecision Ask(RequestFacts request, FleetBuilder fleet)
    {
        try
        {
            return _router.Route(request, fleet.View(_router.Reads), _state);
        }
        catch (IndexOutOfRangeException)
        {
            throw new LawBrokenException($"reads a column that it does not declare; it declares {_router.Reads}");
        }
    }

    /// <summary>The last so many of the endpoints only go on with requests.</summary>
    private FleetBuilder Fleet(RequestFacts request, int decodes, long nowUs)
    {
        var content = _random.NextInt(5) == 0 ? null : Content(_random, request, isFresh: false);
        var fleet = new FleetBuilder { NowUs = nowUs, Content = content };
        for (var place = 0; place < _replicas.Count; place++)
        {
            var running = _random.NextInt(9);
            fleet.Add(
                _random.NextInt(5),
                running,
                _random.NextInt(100),
                _random.NextInt(request.PromptTokens),
                queuedTokens: running + _random.NextInt(500),
                bookedTokens: _random.NextInt(50),
                hasAdapter: _random.NextInt(2) == 0,
                ageUs: _random.NextInt(1_000),
                replica: _replicas[place],
                role: place >= _replicas.Count - decodes ? EndpointRole.Decode : EndpointRole.Whole);
        }

        return fleet;
    }
}
