using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Objectives;
using Kantor.Core.Routing;
using Kantor.Simulation;
using Kantor.Simulation.Disaggregation;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Replicas;

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
    public SimulationOptions Options(IBatchPlanner planner, IRouter router, int outputTokensMax) => new(Replicas(Fleet.Pool, planner), router, outputTokensMax)
    {
        Decode = Decode is { } decode ? Pool(decode) : null,
        Fleet = LifeCycle,
        Clients = Clients.Options with { Seed = Seed },
        Admission = Fleet.Admission,
        Objective = Objective,
        KeepsRecords = false,
    };

    private DecodePool Pool(DecodePlan decode) =>
        new(Replicas(decode.Pool, decode.Policy.Policy), decode.Router, decode.Link.ToLink(Fleet.Pool.TokenBytes, new Yaml.Problems())!);

    private ReplicaPool Replicas(PoolPlan pool, IBatchPlanner planner) => new()
    {
        Planner = planner,
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
        Tier = pool.Tier,
        Speculation = Seeded(pool.Speculation),
        Adapters = pool.Adapters,
        Signals = pool.Signals with { Seed = Seed },
        Scaling = pool.Scaling,
    };

    private Speculation? Seeded(Speculation? speculation) => speculation is null ? null : speculation with { Seed = Seed };
}

/// <summary>The pool that requests arrive at, and the policies that are compared on it.</summary>
internal sealed record FleetPlan(PoolPlan Pool, IReadOnlyList<Labelled<IBatchPlanner>> Policies, IReadOnlyList<IRouter> Routers, IAdmission Admission);

/// <summary>The pool that only decodes, its policies, and the way of KV to it.</summary>
internal sealed record DecodePlan(PoolPlan Pool, Labelled<IBatchPlanner> Policy, IRouter Router, LinkPlan Link);
