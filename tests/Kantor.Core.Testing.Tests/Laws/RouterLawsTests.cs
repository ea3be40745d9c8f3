using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Testing.Laws;

namespace Kantor.Core.Testing.Tests.Laws;

public class RouterLawsTests
{
    private delegate RouteDecision Choose(RequestFacts request, FleetView fleet);

    public static TheoryData<string> Routers => [.. PolicyCatalogue.RouterNames];

    [Theory]
    [MemberData(nameof(Routers))]
    public void Our_routers_keep_the_laws(string router) => RouterLaws.Check(PolicyCatalogue.Router(router));

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
