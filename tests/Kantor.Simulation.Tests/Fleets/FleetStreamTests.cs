using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Simulation.Fleets;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Fleets;

public class FleetStreamTests
{
    [Fact]
    public void A_router_hears_of_replicas_arrivals_its_own_decisions_and_ends()
    {
        var router = new Listening();
        RunVerified([Request(0, 4, 2), Request(10, 4, 3)], Small() with { Router = router, Replicas = 2 });
        Assert.Equal(
            [
                "0 joined 0", "0 joined 1",
                "0 arrived 0 in 0", "0 Route 0 to 0",
                "10 arrived 1 in 1", "10 Route 1 to 1",
                "241 ended 0 in 0: Stopped, 2 tokens", "352 ended 1 in 1: Stopped, 3 tokens",
            ],
            router.Heard);
    }

    [Fact]
    public void A_request_whose_replica_fails_is_routed_again_without_arriving_again()
    {
        var router = new Listening();
        var fleet = new FleetOptions { Events = [new ReplicaFails { AtUs = 200, Replica = 0 }], LostRequests = LostRequests.HandedOn };
        RunVerified([Request(0, 4, 8)], Small() with { Router = router, Replicas = 2, Fleet = fleet });
        Assert.Equal(["0 arrived 0 in 0", "0 Route 0 to 0", "200 left 0", "200 Route 0 to 1"], router.Heard.Skip(2).Take(4));
        Assert.Single(router.Heard, heard => heard.Contains("ended", StringComparison.Ordinal));
    }

    [Fact]
    public void Slots_are_used_again_after_the_end()
    {
        var router = new Listening();
        RunVerified([Request(0, 4, 1), Request(5_000, 4, 1), Request(5_001, 4, 1)], Small() with { Router = router });
        Assert.Equal(
            ["0 arrived 0 in 0", "5000 arrived 1 in 0", "5001 arrived 2 in 1"],
            router.Heard.Where(heard => heard.Contains("arrived", StringComparison.Ordinal)));
    }

    private sealed class Listening : IRouter
    {
        private readonly RoundRobinRouter _plain = new();

        public List<string> Heard { get; } = [];

        public string Name => "listening";

        public PolicyState NewState() => new Memory(Heard, _plain.NewState());

        public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state) => _plain.Route(request, fleet, ((Memory)state).Inner);

        private sealed class Memory(List<string> heard, PolicyState inner) : PolicyState
        {
            public PolicyState Inner => inner;

            public override void Arrived(RequestFacts request, int slot) => heard.Add($"{NowUs} arrived {request.Id} in {slot}");

            public override void Decided(DecisionKind kind, RequestId request, long choice) => heard.Add($"{NowUs} {kind} {request} to {choice}");

            public override void Ended(RequestFacts request, int slot, in RequestEnd end) =>
                heard.Add($"{NowUs} ended {request.Id} in {slot}: {end.Outcome}, {end.GeneratedTokens} tokens");

            public override void EndpointJoined(EndpointId endpoint) => heard.Add($"{NowUs} joined {endpoint.Value}");

            public override void EndpointLeft(EndpointId endpoint) => heard.Add($"{NowUs} left {endpoint.Value}");
        }
    }
}
