using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing;

/// <summary>What a decision of a router may allocate; see <c>tests/allocations.json</c>.</summary>
public class RoutingAllocationTests
{
    public static TheoryData<string> Routers => [.. PolicyCatalogue.BuiltIn.Routers.Entries.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Routers))]
    public void A_request_is_routed_within_its_bytes(string name)
    {
        var fleet = new FleetBuilder { NowUs = 1_000_000 };
        for (var i = 0; i < 16; i++) fleet.Add(i % 5, i % 7, i, hitTokens: 16 * (i % 3), queuedTokens: 100 * i, bookedTokens: i);
        var router = PolicyCatalogue.Router(name);
        var view = fleet.View(router.Reads);
        var state = router.NewState();
        var request = new RequestFacts { Id = new RequestId(1), PromptTokens = 300, OutputTokensMax = 100, ArrivalUs = 1_000_000 };
        for (var i = 0; i < 200; i++) router.Route(request, view, state);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++) router.Route(request, view, state);
        AllocationGate.Judge("a request routed", (GC.GetAllocatedBytesForCurrentThread() - before) / 200.0);
    }
}
