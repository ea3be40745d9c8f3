using System.Diagnostics.CodeAnalysis;
using Kantor.Cli.Yaml;
using Kantor.Core;
using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Objectives;
using Kantor.Core.Routing;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;

namespace Kantor.Cli.Scenarios;

/// <summary>How a whole scenario is written, and which of its parts contradict each other.</summary>
internal sealed class ScenarioKeys
{
    /// <summary>Objectives where none are given: those of <c>kantor simulate</c>.</summary>
    public static readonly SloSpec UsualSlo = new() { TtftUsMax = 2_000_000, GapUsMax = 200_000 };

    private const long SloUsMax = 1_000_000_000_000;

    private static readonly Key<ulong> Seed = Key.Or("seed", Scalars.Seed, "1", "seed of everything random; equal files give equal reports");

    private static readonly Key<ScenarioWorkload> Workload = Key.Needed("workload", WorkloadKeys.Shape, "where requests come from");

    private static readonly Key<Placed<ClientPlan>> Clients = Key.Or("clients", new PlacedShape<ClientPlan>(ClientKeys.Shape), "open loop", "who sends, how long they wait, whether they try again");

    private static readonly Key<LifeCyclePlan> LifeCycle = Key.Or("life-cycle", LifeCycleKeys.Shape, "nothing happens", "failures, drains and additions");

    private static readonly Key<long> Ttft = Key.Or("ttft", Scalars.Duration(1, SloUsMax), "none", "time to first token");

    private static readonly Key<long> Itl = Key.Or("itl", Scalars.Duration(1, SloUsMax), "none", "a request's largest gap between tokens");

    private static readonly Key<long> Tpot = Key.Or("tpot", Scalars.Duration(1, SloUsMax), "none", "a request's mean gap between tokens");

    private static readonly Key<long> E2e = Key.Or("e2e", Scalars.Duration(1, SloUsMax), "none", "arrival to last token");

    private static readonly Key<SloSpec> Slo = Key.Or("slo", new SectionShape<SloSpec>([Ttft, Itl, Tpot, E2e], Objectives, RequireObjective), "ttft 2s, itl 200ms", "objectives that a request must all meet");

    private static readonly Key<IReadOnlyList<Labelled<IBatchPlanner>>> Policies = Key.Needed("policies", new ListShape<Labelled<IBatchPlanner>>(PolicyKeys.Planner, 1, 32), "batch policies, one run each");

    private static readonly Key<IReadOnlyList<IRouter>> Routers = Key.Or("routers", new ListShape<IRouter>(PolicyKeys.Router, 1, 32), PolicyCatalogue.RouterNames[0], "routing policies, each combined with each batch policy");

    private static readonly Key<IAdmission> Admission = Key.Or("admission", PolicyKeys.Admission, "accept-all", "who is let in, asked before a request is routed");

    private static readonly Key<Objective> ObjectiveLine = Key.Or(
        "objective",
        new ScalarShape<Objective>($"a line such as {Objective.Help}", static (string text, [MaybeNullWhen(false)] out Objective value) => Objective.TryParse(text, out value, out _)),
        "goodput under slo",
        "what runs are judged by and policies are told, in place of slo");

    private static readonly Key<Labelled<IBatchPlanner>> Policy = Key.Needed("policy", PolicyKeys.Planner, "batch policy of the decoding replicas");

    private static readonly Key<IRouter> Router = Key.Or("router", PolicyKeys.Router, PolicyCatalogue.RouterNames[0], "chooses the decoding replica when the first token is there");

    private static readonly Key<LinkPlan> Link = Key.Needed("link", PoolKeys.Link, "way of the KV out of each prefilling replica");

    private readonly Key<FleetPlan> _fleet;
    private readonly Key<DecodePlan> _decode;
    private readonly PoolKeys _pool;
    private readonly Problems _problems;

    /// <summary>Keys of one file.</summary>
    public ScenarioKeys(ProfileShape profiles, Problems problems)
    {
        _problems = problems;
        _pool = new PoolKeys(profiles, problems);
        _fleet = Key.Needed("fleet", new SectionShape<FleetPlan>([Policies, Routers, Admission, .. _pool.All], Fleet, CheckFleet), "the pool that requests arrive at");
        _decode = Key.Or("decode", new SectionShape<DecodePlan>([Policy, Router, Link, .. _pool.All], Decode, _pool.Check), "none: the fleet serves requests to the end", "replicas that only decode, with all keys of a pool");
        Shape = new SectionShape<Scenario>([Seed, Workload, Clients, _fleet, _decode, LifeCycle, Slo, ObjectiveLine], Bind, Check);
    }

    /// <summary>The file as a whole.</summary>
    public SectionShape<Scenario> Shape { get; }

    private static SloSpec Objectives(Section section) =>
        new() { TtftUsMax = section.Value(Ttft), GapUsMax = section.Value(Itl), TpotUsMax = section.Value(Tpot), E2eUsMax = section.Value(E2e) };

    private static void RequireObjective(Section section)
    {
        if (!section.Has(Ttft) && !section.Has(Itl) && !section.Has(Tpot) && !section.Has(E2e)) section.Refuse("names no objective; right is at least one of ttft, itl, tpot, e2e.");
    }

    private FleetPlan Fleet(Section section) => new(_pool.Bind(section), section.Get(Policies), section.Part(Routers) ?? [PolicyCatalogue.Router(PolicyCatalogue.RouterNames[0])], section.Part(Admission) ?? new AcceptAllAdmission());

    private DecodePlan Decode(Section section) => new(_pool.Bind(section), section.Get(Policy), section.Part(Router) ?? PolicyCatalogue.Router(PolicyCatalogue.RouterNames[0]), section.Get(Link));

    private void CheckFleet(Section section)
    {
        if (section.TryGet(Policies, out var policies)) RefuseTwice(section, Policies, policies.Select(policy => policy.Label));
        if (section.TryGet(Routers, out var routers)) RefuseTwice(section, Routers, routers.Select(router => router.Name));
        _pool.Check(section);
    }

    private static void RefuseTwice(Section section, IKey key, IEnumerable<string> names)
    {
        if (names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice) section.Refuse(key, $"names '{twice.Key}' twice; leave one.");
    }

    private Scenario Bind(Section section) => new()
    {
        Seed = section.Get(Seed, 1UL),
        Workload = section.Get(Workload),
        Clients = section.Part(Clients)?.Value ?? new ClientPlan(new ClientOptions(), null),
        Fleet = section.Get(_fleet),
        Decode = section.Part(_decode),
        LifeCycle = section.Part(LifeCycle)?.Options ?? new FleetOptions(),
        Objective = section.Part(ObjectiveLine) ?? Objective.Goodput(section.Part(Slo) ?? UsualSlo),
    };

    private void Check(Section section)
    {
        if (section.Has(ObjectiveLine) && section.Has(Slo)) section.Refuse(ObjectiveLine, "says what slo says too; leave one of the two.");
        if (section.TryGet(_fleet, out var fleet) && section.TryGet(_decode, out var decode) && decode.Link.ToLink(fleet.Pool.TokenBytes, _problems) is null) section.Spoil();
        if (section.TryGet(Workload, out var workload) && section.TryGet(Clients, out var clients)) CheckClients(section, workload, clients.Value.Options);
        if (fleet is not null && section.TryGet(LifeCycle, out var lifeCycle)) CheckLifeCycle(section, fleet, lifeCycle);
    }

    private static void CheckClients(Section section, ScenarioWorkload workload, ClientOptions clients)
    {
        if (clients.Loop is SessionLoop && workload.HasSessions == false) section.Refuse(Clients, $"have the loop sessions, but no request of the workload {workload.Name} belongs to a session; right is open or users, or another workload.");
        if (clients.Loop is UserLoop && workload.RateScale is not 1.0) section.Refuse(Clients, "have the loop users, which does not use the times that workload's rate-scale changes; leave one of the two.");
        if (clients.Tenants.Count == 0 || workload.Tenants is not { } named) return;
        if (named.Count == 0) section.Refuse(Clients, $"have tenants, but no request of the workload {workload.Name} names one; leave tenants out, or take another workload.");
        var unknown = named.Except(clients.Tenants.Select(tenant => tenant.Name)).ToArray();
        if (unknown.Length > 0) section.Refuse(Clients, $"have tenants, but not {string.Join(", ", unknown)} of the workload; right are all of them or none.");
    }

    private void CheckLifeCycle(Section section, FleetPlan fleet, LifeCyclePlan lifeCycle)
    {
        if (section.Has(_decode) && !section.TryGet(_decode, out _)) return;
        var decode = section.Part(_decode);
        foreach (var joins in lifeCycle.Events.Where(placed => decode is null && placed.Value is ReplicaJoins { Decodes: true }))
        {
            joins.Refuse(_problems, "joins those that decode, but there is no decode pool; right is decodes: false, or a section decode.");
            section.Spoil();
        }

        if (fleet.Pool.Scaling is not null || decode?.Pool.Scaling is not null) return;
        var lockstep = Math.Max(fleet.Pool.LockstepReplicas, decode?.Pool.LockstepReplicas ?? 1);
        var comers = lifeCycle.Events.Count(placed => placed.Value is ReplicaJoins or ReplicaFails { RestartsAfterUs: not null });
        var ever = fleet.Pool.Replicas + (decode?.Pool.Replicas ?? 0) + (comers * lockstep);
        foreach (var placed in lifeCycle.Events.Where(placed => ReplicaOf(placed.Value) >= ever))
        {
            placed.Refuse(_problems, $"is about replica {ReplicaOf(placed.Value)}, which never is; right is 0 to {ever - 1}.");
            section.Spoil();
        }
    }

    private static int? ReplicaOf(FleetEvent change) => change switch
    {
        ReplicaFails fails => fails.Replica,
        ReplicaDrains drains => drains.Replica,
        _ => null,
    };
}
