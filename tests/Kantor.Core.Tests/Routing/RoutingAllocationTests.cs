using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing;

/// <summary>What a decision of a router may allocate; see <c>tests/allocations.json</c>.</summary>
public class RoutingAllocationTests
{
    private const int Requests = 40;

    public static TheoryData<string> Routers => [.. PolicyCatalogue.BuiltIn.Routers.Entries.Select(entry => entry.Name)];

    /// <summary>A fleet of 64; requests of known content and of sessions come, end a while later, and come again.</summary>
    [Theory]
    [MemberData(nameof(Routers))]
    public void A_request_is_routed_within_its_bytes(string name)
    {
        var fleet = new FleetBuilder { NowUs = 1_000_000 };
        for (var i = 0; i < 64; i++) fleet.Add(i % 5, i % 7, i, hitTokens: 16 * (i % 3), queuedTokens: 100 * i, bookedTokens: i);
        var router = PolicyCatalogue.Router(name);
        var state = router.NewState();
        var requests = Enumerable.Range(0, Requests).Select(id => Routed.Request(id, prompt: 300, session: id % 8)).ToArray();
        var contents = requests.Select(request => Routed.Prompt((int)request.Id.Value % 5, 200, (int)request.Id.Value, 300)).ToArray();
        var view = fleet.View(router.Reads);
        for (var at = 0; at < 3_000; at++) Route(router, state, view, requests[at % Requests], contents[at % Requests], at);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var at = 3_000; at < 3_200; at++) Route(router, state, view, requests[at % Requests], contents[at % Requests], at);
        AllocationGate.Judge("a request routed", (GC.GetAllocatedBytesForCurrentThread() - before) / 200.0);
    }

    private static void Route(IRouter router, PolicyState state, in FleetView view, RequestFacts request, TokenContent content, int at)
    {
        var nowUs = 1_000_000 + (at * 1_000L);
        state.TimeIs(nowUs);
        if (at >= Requests) state.Ended(request, (int)request.Id.Value, new RequestEnd(RequestOutcome.Stopped, 1 + (at % 90), 0));
        state.Arrived(request, (int)request.Id.Value);
        var now = new FleetView
        {
            Endpoints = view.Endpoints,
            Roles = view.Roles,
            HitTokens = view.HitTokens,
            TierHitTokens = view.TierHitTokens,
            QueuedTokens = view.QueuedTokens,
            BookedTokens = view.BookedTokens,
            HasAdapter = view.HasAdapter,
            StepTimes = view.StepTimes,
            Content = (router.Reads & Signals.Content) != 0 ? content : null,
            NowUs = nowUs,
        };
        var chosen = router.Route(request, now, state).Endpoint!.Value;
        state.Decided(DecisionKind.Route, request.Id, view.Endpoints[chosen].Replica);
    }
}
