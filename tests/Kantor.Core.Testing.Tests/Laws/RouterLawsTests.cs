using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Testing.Laws;

namespace Kantor.Core.Testing.Tests.Laws;

public class RouterLawsTests
{
    private static readonly string[] ByLoadAlone =
    [
        "least-loaded", "vllm-dp", "jsq-kv", "least-work", "smg", "ttft-aware", "llumnix", "precise-cache-aware", "llm-d", "llm-d-sticky",
        "dynamo", "lmetric", "smetric", "prism", "bf-io", "balance-route", "survival-overflow", "bid-price", "dlora", "gate-and-route",
        "conductor",
    ];

    private delegate RouteDecision Choose(RequestFacts request, FleetView fleet);

    public static TheoryData<string> Routers => [.. PolicyCatalogue.RouterNames];

    [Theory]
    [MemberData(nameof(Routers))]
    public void Our_routers_keep_the_laws(string router) => RouterLaws.Check(PolicyCatalogue.Router(router));

    /// <summary>
    /// Requests without anything in common: exact shares in turn, about 1.3 times a share by draws and hashes. Where the lowest place wins
    /// among equals the emptiest is always another, so shares are even too. A bandit goes where it was well served and claims no such thing.
    /// </summary>
    [Theory]
    [MemberData(nameof(Spreading))]
    public void Our_routers_spread_what_has_nothing_in_common(string router) =>
        RouterLaws.SpreadsWhatHasNothingInCommon(PolicyCatalogue.Router(router), timesMean: 1.5);

    public static TheoryData<string> Spreading => [.. PolicyCatalogue.RouterNames.Except(["polar"])];

    public static TheoryData<string> ByLoad => [.. ByLoadAlone];

    [Theory]
    [MemberData(nameof(ByLoad))]
    public void Where_endpoints_stand_does_not_matter_to_who_decides_by_load(string router) =>
        RouterLaws.OrderOfEndpointsDoesNotMatter(PolicyCatalogue.Router(router));

    [Fact]
    public void A_router_that_prefers_a_place_breaks_the_laws_of_shares_and_of_order()
    {
        var first = new Scripted(Signals.Load, (_, _) => RouteDecision.To(0));
        Assert.Contains(
            "requests to equal endpoints",
            Assert.Throws<LawBrokenException>(() => RouterLaws.SpreadsWhatHasNothingInCommon(first, 1.5)).Message);
        Assert.Contains("turned round", Assert.Throws<LawBrokenException>(() => RouterLaws.OrderOfEndpointsDoesNotMatter(first)).Message);
    }

    [Fact]
    public void Bad_routers_are_found()
    {
        Breaks(Signals.Load, (_, _) => RouteDecision.To(7), "endpoints");
        Breaks(Signals.Load, (_, _) => RouteDecision.Pair(0, -1), "of ");
        Breaks(Signals.Load, (_, fleet) => RouteDecision.Hold(fleet.NowUs), "holds until 0 us");
        Breaks(
            Signals.Load,
            (_, fleet) => RouteDecision.To(fleet.HitTokens[0] > 3 ? 0 : fleet.Endpoints.Length - 1),
            "does not declare; it declares Load");
        var asked = 0;
        Breaks(Signals.None, (_, fleet) => RouteDecision.To(asked++ % fleet.Endpoints.Length), "and then");
    }

    [Fact]
    public void A_router_may_read_what_it_declares_and_may_hold()
    {
        RouterLaws.Check(
            new Scripted(Signals.PrefixHits, (_, fleet) => RouteDecision.To(fleet.HitTokens[0] > 3 ? 0 : fleet.Endpoints.Length - 1)));
        RouterLaws.Check(new Scripted(Signals.None, (_, fleet) => RouteDecision.Hold(fleet.NowUs + 1)));
    }

    private static void Breaks(Signals reads, Choose choose, string says) =>
        Assert.Contains(says, Assert.Throws<LawBrokenException>(() => RouterLaws.Check(new Scripted(reads, choose))).Message);

    private sealed class Scripted(Signals reads, Choose choose) : IRouter
    {
        public string Name => "scripted";

        public Signals Reads => reads;

        public PolicyState NewState() => new();

        public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state) => choose(request, fleet);
    }
}
