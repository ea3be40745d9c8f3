using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing;

/// <summary>A router with its memory, told of what it decides as a host would tell it.</summary>
internal sealed class Routed(IRouter router)
{
    private readonly PolicyState _state = router.NewState();
    private long _ids;

    public static RequestFacts Request(long id, int prompt = 100, int? session = null, int output = 50, long arrivalUs = 0, int adapter = 0) => new()
    {
        Id = new RequestId(id),
        PromptTokens = prompt,
        OutputTokensMax = output,
        ArrivalUs = arrivalUs,
        Session = session is { } number ? new SessionId(number) : null,
        CacheDomain = new CacheDomain(0, adapter),
    };

    /// <summary>A prompt whose first tokens are those of a prefix, and whose others are nobody else's.</summary>
    public static TokenContent Prompt(int prefix, int prefixTokens, int own, int tokens) => TokenContent.FromTokens(
        [.. Enumerable.Range(0, tokens).Select(at => at < prefixTokens ? (10_000 * prefix) + at : 50_000_000 + (10_000 * own) + at)]);

    /// <summary>Where the next request goes, or this one.</summary>
    public int Send(FleetBuilder fleet, RequestFacts? request = null) => Decide(fleet, request).Endpoint!.Value;

    public RouteDecision Decide(FleetBuilder fleet, RequestFacts? request = null)
    {
        request ??= Request(_ids);
        _ids++;
        var view = fleet.View(router.Reads);
        _state.TimeIs(fleet.NowUs);
        _state.Arrived(request, (int)request.Id.Value);
        var decision = router.Route(request, view, _state);
        if (decision.Endpoint is { } place) _state.Decided(DecisionKind.Route, request.Id, view.Endpoints[place].Replica);
        return decision;
    }

    public void End(RequestFacts request, int generated, long nowUs)
    {
        _state.TimeIs(nowUs);
        _state.Ended(request, (int)request.Id.Value, new(RequestOutcome.Stopped, generated, 0));
    }

    public void Leave(int replica) => _state.EndpointLeft(new EndpointId(replica));
}
