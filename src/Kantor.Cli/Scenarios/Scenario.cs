using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Objectives;
using Kantor.Core.Routing;
using Kantor.Simulation;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Pools;

namespace Kantor.Cli.Scenarios;

/// <summary>A run as a scenario file describes it, completely; checked.</summary>
internal sealed record Scenario
{
    /// <summary>Seed of everything random.</summary>
    public required ulong Seed { get; init; }

    public required ScenarioWorkload Workload { get; init; }

    public required ClientPlan Clients { get; init; }

    public required FleetPlan Fleet { get; init; }

    /// <summary>Replicas that only decode; null where replicas serve requests to the end.</summary>
    public required DecodePlan? Decode { get; init; }

    public required FleetOptions LifeCycle { get; init; }

    /// <summary>What runs are judged by, and policies are told.</summary>
    public required Objective Objective { get; init; }

    /// <summary>What a request has to meet to count as good.</summary>
    public SloSpec Slo => Objective.Slo;

    /// <summary>The simulation of one pair of policies.</summary>
    public SimulationOptions Options(IBatchPlanner planner, IRouter router, int outputTokensMax) =>
        new(Serving(planner), router, outputTokensMax)
        {
            Decode = Decode is { } decode ? Pool(decode) : null,
            Fleet = LifeCycle,
            Clients = Clients.Options with { Seed = Seed },
            Admission = Fleet.Admission,
            Objective = Objective,
            KeepsRecords = false,
        };

    /// <summary>The scenario with all pools that requests arrive at changed alike.</summary>
    public Scenario WithPools(Func<PoolPlan, PoolPlan> change) => this with
    {
        Fleet = Fleet with { Pool = change(Fleet.Pool), Beside = [.. Fleet.Beside.Select(change)] },
    };

    private ReplicaPool Serving(IBatchPlanner planner) =>
        Replicas(Fleet.Pool, planner) with { Beside = [.. Fleet.Beside.Select(pool => Replicas(pool, planner))] };

    private DecodePool Pool(DecodePlan decode) =>
        new(Replicas(decode.Pool, decode.Policy.Policy), decode.Router, decode.Link.ToLink(Fleet.Pool.TokenBytes, new Yaml.Problems())!);

    private ReplicaPool Replicas(PoolPlan pool, IBatchPlanner planner) => new()
    {
        Planner = pool.Policy?.Policy ?? planner,
        Replicas = pool.Replicas,
        Limits = pool.Limits,
        HoldUsMax = pool.HoldUsMax,
        Kv = pool.Kv,
        StepTime = pool.Profile.StepTime,
        NewPredictor = pool.Predictor.Policy,
        PlansAhead = pool.PlansAhead,
        PipelineStages = pool.Pipeline.Stages,
        PipelineHopUs = pool.Pipeline.HopUs,
        LockstepReplicas = pool.LockstepReplicas,
        Swap = pool.Swap,
        Tiers = pool.Tier is { } tier ? [tier] : [],
        Speculation = Seeded(pool.Speculation),
        Adapters = pool.Adapters,
        Signals = pool.Signals with { Seed = Seed },
        Scaling = pool.Scaling,
    };

    private Speculation? Seeded(Speculation? speculation) => speculation is null ? null : speculation with { Seed = Seed };
}

/// <summary>The replicas that requests arrive at, and the policies that are compared on them.</summary>
/// <param name="Pool">The replicas, or the first of unlike ones.</param>
/// <param name="Beside">Further, unlike replicas behind the same router.</param>
/// <param name="Policies">Batch policies of the pools that have none of their own.</param>
/// <param name="Routers">Routing policies.</param>
/// <param name="Admission">Who is let in.</param>
internal sealed record FleetPlan(
    PoolPlan Pool, IReadOnlyList<PoolPlan> Beside, IReadOnlyList<Labelled<IBatchPlanner>> Policies, IReadOnlyList<IRouter> Routers,
    IAdmission Admission)
{
    /// <summary>All pools.</summary>
    public IReadOnlyList<PoolPlan> Pools => [Pool, .. Beside];

    /// <summary>Replicas of all pools.</summary>
    public int Replicas => Pools.Sum(pool => pool.Replicas);
}

/// <summary>The pool that only decodes, its policies, and the way of KV to it.</summary>
internal sealed record DecodePlan(PoolPlan Pool, Labelled<IBatchPlanner> Policy, IRouter Router, LinkPlan Link);
