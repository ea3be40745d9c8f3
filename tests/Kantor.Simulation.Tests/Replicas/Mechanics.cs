using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Simulation.Pools;

namespace Kantor.Simulation.Tests.Replicas;

/// <summary>Random runs on replicas with all that an engine may do beyond batching.</summary>
internal static class Mechanics
{
    public static RandomRun Draw(int number, string policy)
    {
        var run = RandomRun.Draw(number, policy);
        var random = new RandomStream((ulong)number, "mechanics");
        var options = WithPool(run.Options, random);
        return run with
        {
            Trace = [.. run.Trace.Select(request => request with { Adapter = random.NextInt(4) switch { 0 => null, var adapter => $"adapter {adapter}" } })],
            Options = random.NextInt(2) == 0 ? options : options with { Decode = NewDecodePool(options, random) },
        };
    }

    private static SimulationOptions WithPool(SimulationOptions options, RandomStream random)
    {
        var (stages, group) = random.NextInt(3) switch { 0 => (1 + random.NextInt(4), 1), 1 => (1, 1 + random.NextInt(3)), _ => (1, 1) };
        var pool = options with
        {
            PipelineStages = stages,
            PipelineHopUs = random.NextInt(20),
            LockstepReplicas = group,
            Replicas = group * (1 + random.NextInt(2)),
            PlansAhead = random.NextInt(2) == 0,
            Swap = random.NextInt(2) == 0 ? null : Fleet.Place("swap", 1 + random.NextInt(30), Link(random)),
            Speculation = random.NextInt(3) > 0 ? null : new Speculation { DraftTokens = 1 + random.NextInt(4), AcceptanceRate = random.NextDouble(), DraftUs = random.NextInt(5) },
            Limits = random.NextInt(2) == 0 ? options.Limits : options.Limits with { AdaptersMax = 1 + random.NextInt(3) },
            Tiers = random.NextInt(2) == 0 ? [] : [RandomTier(random)],
        };
        return pool.Limits.AdaptersMax is null ? pool with { Adapters = null } : pool with { Adapters = new AdapterCost { LoadUs = random.NextInt(200), StepFactor = 1 + random.NextDouble() } };
    }

    private static DecodePool NewDecodePool(SimulationOptions prefill, RandomStream random)
    {
        var pool = WithPool(prefill, random);
        var link = Link(random);
        return new DecodePool(pool with { Kv = pool.Kv with { BlocksTotal = pool.Kv.BlocksTotal + random.NextInt(10) } }, new LeastLoadedRouter(), link);
    }

    // In the order in which the draws have always been made.
    private static PoolTier RandomTier(RandomStream random)
    {
        var (blocks, isShared) = (1 + random.NextInt(60), random.NextInt(2) == 0);
        return Fleet.Tier(blocks, Link(random), isShared);
    }

    private static KvLink Link(RandomStream random) => new() { TokensPerUs = 0.01 + random.NextDouble(), LatencyUs = random.NextInt(100) };
}
