using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Pools;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests.Fleets;

/// <summary>A random small workload on a random small fleet of any kind, to which things happen; equal numbers give equal runs.</summary>
internal sealed record FleetRun(IReadOnlyList<TraceRequest> Trace, SimulationOptions Options)
{
    private static readonly KvLink Link = new() { TokensPerUs = 0.5, LatencyUs = 30 };

    public static FleetRun Draw(int number, string policy = "vllm-v1")
    {
        var run = RandomRun.Draw(number, policy);
        var random = new RandomStream((ulong)number, "fleet-run");
        var options = Kind(number, run.Options with { Replicas = 2 + (2 * random.NextInt(2)) }, random);
        var spanUs = (int)run.Trace[^1].ArrivalUs + 3000;
        options = options with
        {
            Signals = random.NextInt(2) == 0 ? new FleetSignals() : FleetSignals.All(new SignalFreshness { PeriodUs = 1000, JitterUs = 300, CountsOwn = random.NextInt(2) == 0 }),
            Clients = random.NextInt(3) > 0 ? new ClientOptions() : new ClientOptions { TimeoutUs = 6000, Retries = new RetryOptions { AttemptsMax = 2, BackoffUs = 500 } },
            Fleet = new FleetOptions
            {
                LostRequests = random.NextInt(3) == 0 ? LostRequests.Fail : LostRequests.HandedOn,
                WaitingOutsideMax = random.NextInt(2) == 0 ? 2 : 100,
                Events = [.. Enumerable.Range(0, 1 + random.NextInt(5)).Select(_ => Event(random, spanUs, options))],
            },
        };
        return new FleetRun(run.Trace, options);
    }

    private static SimulationOptions Kind(int number, SimulationOptions options, RandomStream random) => (number % 6) switch
    {
        0 => options,
        1 => options with { PlansAhead = true },
        2 => options with { LockstepReplicas = 2 },
        3 => options with { PipelineStages = 2, PipelineHopUs = 7 },
        4 => options with { Swap = Fleet.Place("swap", 10, Link), Tiers = [Fleet.Tier(40, Link, random.NextInt(2) == 0)] },
        _ => options with { PlansAhead = random.NextInt(2) == 0, Decode = Decoding(options, random) },
    };

    private static DecodePool Decoding(SimulationOptions options, RandomStream random) => new()
    {
        Planner = options.Planner,
        Router = random.NextInt(2) == 0 ? new LeastLoadedRouter() : new RoundRobinRouter(),
        Replicas = 2,
        Limits = options.Limits,
        Kv = options.Kv,
        StepTime = options.StepTime,
        NewPredictor = options.NewPredictor,
        Link = Link,
        PlansAhead = random.NextInt(2) == 0,
        PipelineStages = 1 + random.NextInt(2),
        Tiers = random.NextInt(2) == 0 ? [] : [Fleet.Tier(40, Link)],
    };

    private static FleetEvent Event(RandomStream random, int spanUs, SimulationOptions options)
    {
        var (atUs, replica) = (random.NextInt(spanUs), random.NextInt(6));
        return random.NextInt(4) switch
        {
            0 => new ReplicaDrains { AtUs = atUs, Replica = replica },
            1 => new ReplicaJoins { AtUs = atUs, Decodes = options.Decode is not null && random.NextInt(2) == 0 },
            2 => new ReplicaFails { AtUs = atUs, Replica = replica },
            _ => new ReplicaFails { AtUs = atUs, Replica = replica, RestartsAfterUs = random.NextInt(5000) },
        };
    }
}
