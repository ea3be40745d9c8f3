using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;
using Kantor.Simulation.Events;
using Kantor.Simulation.Pools;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Fleets;

public class RoutingTests
{
    [Fact]
    public void A_held_request_is_asked_about_again_at_the_time_and_ends_exactly_once()
    {
        var router = new Hand((request, fleet) => fleet.NowUs < request.ArrivalUs + 5_000 ? RouteDecision.Hold(request.ArrivalUs + 5_000) : RouteDecision.To(0));
        var result = Simulator.Run([Request(0, 4, 2), Request(100, 4, 2)], Small() with { Router = router });
        Assert.Equal((2, 0), (result.Completed, result.Rejected));
        // Held for 5 ms; then the first step holds both prompts of 4 tokens or one of them, 100 us and 10 us a token.
        Assert.All(result.Records, record => Assert.True(record.FirstTokenUs - record.ArrivalUs >= 5_000, $"{record}"));
        Assert.Equal(2, router.State!.Ends.Count);
        Assert.All(router.State.Ends, end => Assert.Equal((RequestOutcome.Stopped, 2), (end.Outcome!.Value, end.GeneratedTokens)));
    }

    [Fact]
    public void A_held_request_is_asked_about_again_when_a_step_has_ended()
    {
        // Late binding: nothing is sent while the replica has a request, though the router would wait for a minute.
        var router = new Hand((_, fleet) => fleet.Endpoints[0].Requests > 0 ? RouteDecision.Hold(fleet.NowUs + 60_000_000) : RouteDecision.To(0));
        var result = Simulator.Run([Request(0, 4, 2), Request(10, 4, 2), Request(20, 4, 2)], Small() with { Router = router });
        Assert.Equal(3, result.Completed);
        var ends = result.Records.Select(record => record.LastTokenUs!.Value).ToArray();
        Assert.Equal(ends.Order(), ends);
        Assert.True(ends[^1] < 10_000, $"{ends[^1]}");
    }

    [Fact]
    public void A_router_that_holds_for_ever_is_reported()
    {
        var router = new Hand((_, fleet) => RouteDecision.Hold(fleet.NowUs + 1_000_000));
        var options = Small() with { Router = router, Fleet = new() { HoldUsMax = 30_000_000 } };
        Assert.Contains("has held request", Assert.Throws<SimulationException>(() => Simulator.Run([Request(0, 4, 2)], options)).Message);
        var past = new Hand((_, fleet) => RouteDecision.Hold(fleet.NowUs));
        Assert.Contains("holds request", Assert.Throws<SimulationException>(() => Simulator.Run([Request(0, 4, 2)], Small() with { Router = past })).Message);
    }

    [Fact]
    public void No_more_are_held_than_may_wait_outside_and_a_client_that_gives_up_is_forgotten()
    {
        var router = new Hand((_, fleet) => fleet.NowUs < 9_000 ? RouteDecision.Hold(9_000) : RouteDecision.To(0));
        var options = Small() with { Router = router, Fleet = new() { WaitingOutsideMax = 2 }, Clients = new() { TimeoutUs = 8_950 } };
        var result = Simulator.Run([Request(0, 4, 2), Request(8_000, 4, 2), Request(8_100, 4, 2)], options);
        Assert.Equal(
            [RequestOutcome.Cancelled, RequestOutcome.Stopped, RequestOutcome.RefusedQueueFull], result.Records.Select(record => record.Outcome!.Value));
        Assert.Equal(3, router.State!.Ends.Count);
        Assert.Empty(router.State.Slots);
    }

    [Fact]
    public void Only_the_columns_that_a_router_reads_are_filled()
    {
        foreach (var reads in (Core.Routing.Signals[])[Core.Routing.Signals.None, Core.Routing.Signals.PrefixHits, Core.Routing.Signals.Work | Core.Routing.Signals.StepTime])
        {
            var router = new Hand(
                (_, fleet) =>
                {
                    Assert.Equal(reads.HasFlag(Core.Routing.Signals.PrefixHits) ? 2 : 0, fleet.HitTokens.Length);
                    Assert.Equal(reads.HasFlag(Core.Routing.Signals.Work) ? 2 : 0, fleet.QueuedTokens.Length);
                    Assert.Equal(reads.HasFlag(Core.Routing.Signals.StepTime) ? 2 : 0, fleet.StepTimes.Length);
                    Assert.Equal(0, fleet.TierHitTokens.Length + fleet.BookedTokens.Length + fleet.HasAdapter.Length);
                    Assert.Equal((0, 0), (fleet.Endpoints[0].Requests, fleet.Endpoints[0].KvBlocksTotal));
                    Assert.Equal([EndpointRole.Whole, EndpointRole.Whole], fleet.Roles.ToArray());
                    return RouteDecision.To(0);
                },
                reads);
            Assert.Equal(3, Simulator.Run([Request(0, 4, 2), Request(5, 4, 2), Request(6, 4, 2)], Small() with { Router = router, Replicas = 2 }).Completed);
        }
    }

    [Fact]
    public void A_router_sees_hits_of_the_request_and_the_work_before_it()
    {
        var seen = new List<(int[] Hits, long[] Queued)>();
        var router = new Hand(
            (_, fleet) =>
            {
                seen.Add((fleet.HitTokens.ToArray(), fleet.QueuedTokens.ToArray()));
                return RouteDecision.To(0);
            },
            Core.Routing.Signals.PrefixHits | Core.Routing.Signals.Work);
        var shared = (long atUs) => new TraceRequest(atUs, 512, 1, [7], 512);
        var options = Small(blocks: 1000) with { Router = router, Replicas = 2 };
        Simulator.Run([shared(0), shared(1), shared(10_000_000)], options);
        Assert.Equal([0, 0], seen[0].Hits);
        Assert.Equal([0L, 0], seen[0].Queued);
        Assert.Equal([0, 0], seen[1].Hits);
        Assert.Equal([512L, 0], seen[1].Queued);
        Assert.Equal([508, 0], seen[2].Hits);
        Assert.Equal([0L, 0], seen[2].Queued);
    }

    [Fact]
    public void Unlike_replicas_stand_behind_one_router()
    {
        var router = new Hand(
            (request, fleet) =>
            {
                Assert.Equal(3, fleet.Endpoints.Length);
                Assert.Equal([100, 100, 50], fleet.Endpoints.ToArray().Select(endpoint => endpoint.KvBlocksTotal));
                Assert.Equal((1, 5), (fleet.StepTimes[0].StepUs(new StepLoad { PrefillTokens = 1 }) / 110, fleet.StepTimes[2].StepUs(new StepLoad { PrefillTokens = 1 }) / 110));
                return RouteDecision.To((int)(request.ArrivalUs / 1_000_000));
            },
            Core.Routing.Signals.Load | Core.Routing.Signals.StepTime);
        var options = Small() with { Router = router, Replicas = 2 };
        var slow = Alike(options) with { Kv = options.Kv with { BlocksTotal = 50 }, StepTime = new LinearStepTime(500, 50, 5, 0) };
        var result = Simulator.Run([Request(0, 4, 3), Request(1_000_000, 4, 3), Request(2_000_000, 4, 3)], options with { Beside = [slow] });
        var tookUs = result.Records.Select(record => record.LastTokenUs - record.ArrivalUs).ToArray();
        Assert.Equal(tookUs[0], tookUs[1]);
        Assert.Equal(5 * tookUs[0], tookUs[2]);
    }

    [Fact]
    public void A_pair_is_kept_while_the_second_takes_requests()
    {
        var asked = 0;
        var router = new Hand(
            (request, fleet) =>
            {
                Assert.Equal([EndpointRole.Prefill, EndpointRole.Decode, EndpointRole.Decode], fleet.Roles.ToArray());
                return RouteDecision.Pair(0, 2);
            },
            Core.Routing.Signals.Decode);
        var second = new Hand((_, _) =>
        {
            asked++;
            return RouteDecision.To(0);
        });
        var options = Small() with { Router = router };
        var decode = new DecodePool(Alike(options) with { Replicas = 2 }, second, new KvLink { TokensPerUs = 1 });
        Assert.Equal(2, Simulator.Run([Request(0, 4, 3), Request(10, 4, 3)], options with { Decode = decode }).Completed);
        Assert.Equal(0, asked);
        var single = new Hand((_, _) => RouteDecision.To(0));
        Assert.Equal(2, Simulator.Run([Request(0, 4, 3), Request(10, 4, 3)], options with { Router = single, Decode = decode }).Completed);
        Assert.Equal(2, asked);
    }

    private static ReplicaPool Alike(SimulationOptions options) => new()
    {
        Planner = options.Planner,
        Limits = options.Limits,
        Kv = options.Kv,
        StepTime = options.StepTime,
        NewPredictor = options.NewPredictor,
    };

    private sealed class Hand(Hand.Rule rule, Core.Routing.Signals reads = Core.Routing.Signals.Load) : IRouter
    {
        public delegate RouteDecision Rule(RequestFacts request, FleetView fleet);

        public string Name => "by-hand";

        public Core.Routing.Signals Reads => reads;

        public Memory? State { get; private set; }

        public PolicyState NewState() => State = new Memory();

        public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state) => rule(request, fleet);
    }

    private sealed class Memory : PolicyState
    {
        public List<RequestEnd> Ends { get; } = [];

        public HashSet<int> Slots { get; } = [];

        public override void Arrived(RequestFacts request, int slot) => Assert.True(Slots.Add(slot));

        public override void Ended(RequestFacts request, int slot, in RequestEnd end)
        {
            Assert.True(Slots.Remove(slot));
            Ends.Add(end);
        }
    }
}
