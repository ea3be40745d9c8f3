using System.Reflection;
using Kantor.Cli.Scenarios;
using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.Slices;
using Kantor.Core.Batching.Policies.Volume;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Requests;
using Kantor.Core.Retention;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.Scaling;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Simulation;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Pools;
using Kantor.Workloads.Generators;

namespace Kantor.Cli.Tests.Scenarios;

/// <summary>Files in which nothing is wrong, and exactly what they mean.</summary>
public class ScenarioTests
{
    private static readonly RequestFacts Asked = new() { Id = default, PromptTokens = 10, OutputTokensMax = 100, ArrivalUs = 0 };

    private const string Full = """
        seed: 9
        workload: { sample: }
        clients:
          loop: { users: { count: 12, think: 1.5s } }
          request-time: { fixed: 15ms, per-prompt-token: 0.5us }
          timeout: 30s
          deadline: 10s
          retries: { attempts: 4, backoff: 100ms, backoff-factor: 3, backoff-max: 4s, jitter: 0.5, budget-share: 0.2, budget-floor: 5 }
          output-tokens-max: 512
        fleet:
          profile: unit
          replicas: 4
          policies: [vllm-v1: { order: priority, victim: least-computed, chunked-prefill: false, whole-sequence-must-fit: false, watermark: 0.25 }]
          routers: [vllm-dp]
          admission: { queue-limit: { waiting-max: 70 } }
          predictor: { constant: { tokens: 77 } }
          limits: { step-tokens-max: 100, running-max: 10, waiting-max: 20, hold-max: 2s }
          kv: { size: 10MiB, block-tokens: 32, prefix-caching: false, retention: in-turn, idle-blocks-max: 3, sequences-max: 40, token-bytes: 1024 }
          plans-ahead: true
          lockstep: 2
          swap: { size: 64 blocks, bandwidth: 2000000 tokens/s, latency: 10us }
          tier: { size: 4096 tokens, shared: true, bandwidth: 1.024GB/s }
          speculation: { draft-tokens: 2, acceptance-rate: 0.5, draft-time: 300.5us }
          adapters: { slots: 8, load: 20ms, step-factor: 1.2 }
          signals: { all: perfect, waiting: { sampled: { period: 100ms, jitter: 10ms, delay: 5ms, counts-own: true } } }
          scaling: { autoscaler: { kv-share: { target: 0.5, tolerance: 0.2, scale-out-after: 2, scale-in-after: 4 } }, period: 5s, replicas-min: 2, replicas-max: 8, startup: 30s }
        decode:
          profile: unit
          replicas: 3
          policy: sarathi
          router: two-choices
          pipeline: { stages: 2, hop: 20.5us }
          link: { bandwidth: 2048MB/s, latency: 7us }
        life-cycle:
          events: [fails: { at: 1s, replica: 2, restarts-after: 1min }, drains: { at: 2s, replica: 0 }, joins: { at: 3s, decodes: true }]
          lost-requests: fail
          waiting-outside-max: 50
          hold-max: 5s
        slo: { ttft: 1s, itl: 2s, tpot: 3s, e2e: 4s }

        """;

    [Fact]
    public void A_full_file_means_exactly_these_options()
    {
        var actual = OptionsOf(Scenarios.Read(Full));
        var expected = new SimulationOptions
        {
            Planner = new VllmV1Planner(),
            Router = new VllmDpRouter(),
            Admission = new QueueLimitAdmission(new QueueLimitOptions { WaitingMax = 70 }),
            Replicas = 4,
            Limits = new BatchLimits { StepTokensMax = 100, RunningMax = 10, WaitingMax = 20, AdaptersMax = 8 },
            HoldUsMax = 2_000_000,
            Kv = new KvLedgerOptions { BlocksTotal = 320, BlockSizeTokens = 32, PrefixCaching = false, Retention = new InTurnRetention(), IdleBlocksMax = 3, SequencesMax = 40 },
            StepTime = StepTimeProfiles.Unit.StepTime,
            NewPredictor = actual.NewPredictor,
            PlansAhead = true,
            LockstepReplicas = 2,
            Swap = new KvPlace { Name = "swap", Blocks = 64, Link = new KvLink { TokensPerUs = 2, LatencyUs = 10 } },
            Tiers = [new PoolTier { Place = new KvPlace { Name = "tier", Blocks = 128, Link = new KvLink { TokensPerUs = 1 } }, IsShared = true }],
            Speculation = new Speculation { DraftTokens = 2, AcceptanceRate = 0.5, DraftUs = 300.5, Seed = 9 },
            Adapters = new AdapterCost { LoadUs = 20_000, StepFactor = 1.2 },
            Signals = new FleetSignals { Waiting = new SignalFreshness { PeriodUs = 100_000, JitterUs = 10_000, DelayUs = 5_000, CountsOwn = true }, Seed = 9 },
            Scaling = new ScalingOptions { Autoscaler = new KvShareScaler(), PeriodUs = 5_000_000, ReplicasMin = 2, ReplicasMax = 8, StartupUs = 30_000_000 },
            Decode = Decoding(actual.Decode!),
            Fleet = new FleetOptions
            {
                Events = [new ReplicaFails { AtUs = 1_000_000, Replica = 2, RestartsAfterUs = 60_000_000 }, new ReplicaDrains { AtUs = 2_000_000, Replica = 0 }, new ReplicaJoins { AtUs = 3_000_000, Decodes = true }],
                LostRequests = LostRequests.Fail,
                WaitingOutsideMax = 50,
                HoldUsMax = 5_000_000,
            },
            Clients = new ClientOptions
            {
                Loop = new UserLoop { Users = 12, ThinkUs = 1_500_000 },
                RequestUs = actual.Clients.RequestUs,
                TimeoutUs = 30_000_000,
                DeadlineUs = 10_000_000,
                Retries = new RetryOptions { AttemptsMax = 4, BackoffUs = 100_000, BackoffFactor = 3, BackoffUsMax = 4_000_000, Jitter = 0.5, BudgetShare = 0.2, BudgetFloor = 5 },
                Seed = 9,
            },
            OutputTokensMax = 512,
            Slo = new SloSpec { TtftUsMax = 1_000_000, GapUsMax = 2_000_000, TpotUsMax = 3_000_000, E2eUsMax = 4_000_000 },
            KeepsRecords = false,
        };
        RequireEqual(expected, actual);
        Assert.Equal(15_050, actual.Clients.RequestUs!(100));
        Assert.Equal(77, Assert.IsType<ConstantLengthPredictor>(actual.NewPredictor()).Predict(new LengthQuery(Asked, 0, 512), new PolicyState()).MeanTokens);
        Assert.Equal(
            new VllmV1Options { Order = VllmV1Order.Priority, Victim = VllmV1Victim.LeastComputed, ChunkedPrefill = false, WholeSequenceMustFit = false, Watermark = 0.25 },
            OptionsIn<VllmV1Options>(actual.Planner));
        Assert.Equal("queue-limit:waiting-max=70", actual.Admission.Name);
        Assert.Equal(new HysteresisOptions { Tolerance = 0.2, ScaleOutAfter = 2, ScaleInAfter = 4 }, OptionsIn<HysteresisOptions>(actual.Scaling!.Autoscaler));
    }

    /// <summary>An option that a pool, a run or its clients get needs a key; this fails while it has none, or the full file does not use it.</summary>
    [Fact]
    public void A_full_file_sets_every_option_that_there_is()
    {
        // Unlike pools stand in place of the keys of one, so they have a test of their own. Slo is what the objective says.
        // Rules of sharing are the policy's, whose options say them; code alone can set others over its head.
        string[] apart =
        [
            "Beside", "KvRules", "KeepsCopies", "StepTime", "Leaping", "KeepsRecords", "StepsWithoutTokenMax", "Tenants", "RecordsChanges", "KeyHash",
            "EqualityContract",
        ];
        var (full, least) = (OptionsOf(Scenarios.Read(Full)), OptionsOf(Scenarios.Read(Scenarios.Least)));
        Assert.Equal([], Same(full, least).Except(["PipelineStages", "PipelineHopUs"]));
        Assert.DoesNotContain(Same(full.Decode!, least), name => name is "PipelineStages" or "PipelineHopUs");
        foreach (var (set, usual) in ((object, object)[])[(full.Clients, least.Clients), (full.Limits, least.Limits), (full.Kv, least.Kv), (full.Fleet, least.Fleet), (full.Slo, least.Slo), (full.Clients.Retries!, new RetryOptions()), (full.Signals.Waiting, new SignalFreshness()), (full.Scaling!, new ScalingOptions { Autoscaler = new RequestsPerReplicaScaler(), ReplicasMax = 4 })])
        {
            Assert.Equal([], Same(set, usual));
        }

        IEnumerable<string> Same(object set, object usual) => set.GetType().GetProperties()
            .Where(property => property.CanWrite && usual.GetType().GetProperty(property.Name) is not null)
            .Where(property => Shown(property.GetValue(set)) == Shown(usual.GetType().GetProperty(property.Name)!.GetValue(usual)))
            .Select(property => property.Name).Except(apart);

        // Policies and lists have no text of their own but their type and length; delegates are told apart by what they make.
        static string? Shown(object? value) => value switch
        {
            IReadOnlyCollection<FleetEvent> events => $"{events.Count}",
            Func<ILengthPredictor> make => make().GetType().Name,
            _ => value?.ToString(),
        };
    }

    [Fact]
    public void Pools_are_unlike_replicas_behind_one_router_and_may_have_a_policy_of_their_own()
    {
        var scenario = Scenarios.Read("""
            seed: 5
            workload: { sample: }
            fleet:
              policies: [svf, sarathi]
              routers: [least-loaded]
              pools:
                - { profile: unit, replicas: 2, scaling: { autoscaler: kv-share, replicas-max: 3 } }
                - { profile: llama-3-8b-a100, policy: fcfs, kv: { size: 100 blocks }, limits: { running-max: 7 }, signals: { all: { sampled: { period: 1s } } } }

            """);
        var options = scenario.Options(scenario.Fleet.Policies[1].Policy, scenario.Fleet.Routers[0], 9);
        options.Validate();
        var other = Assert.Single(options.Beside);
        Assert.Equal((typeof(SarathiPlanner), typeof(FcfsPlanner)), (options.Planner.GetType(), other.Planner.GetType()));
        Assert.Equal((2, 1, 3), (options.Replicas, other.Replicas, scenario.Fleet.Replicas));
        Assert.Equal((3, 100, 7), (options.Scaling!.ReplicasMax, other.Kv.BlocksTotal, other.Limits.RunningMax));
        Assert.Equal((1_000_000L, 5UL), (other.Signals.Waiting.PeriodUs, other.Signals.Seed));
    }

    [Fact]
    public void One_of_the_pools_is_the_fleet_that_its_keys_describe()
    {
        const string keys = "profile: unit, replicas: 3, limits: { running-max: 5 }, kv: { block-tokens: 8 }";
        var (inline, listed) = (Read($"{keys}"), Read($"pools: [{{ {keys} }}]"));
        RequireEqual(inline, listed with { NewPredictor = inline.NewPredictor });

        static SimulationOptions Read(string fleet) => OptionsOf(Scenarios.Read($"workload: {{ sample: }}\nfleet: {{ policies: [fcfs], {fleet} }}\n"));
    }

    [Fact]
    public void A_policy_may_be_written_as_it_is_elsewhere()
    {
        var text = Scenarios.Least.Replace("[fcfs]", "[svf:aging=false:backfill-depth=3, fcfs]\n  predictor: constant:9\n  admission: queue-limit:waiting-max=4", StringComparison.Ordinal);
        var scenario = Scenarios.Read(text);
        Assert.Equal(["svf:aging=false:backfill-depth=3", "fcfs"], scenario.Fleet.Policies.Select(policy => policy.Label));
        Assert.Equal(new SvfOptions { AgingShare = null, BackfillDepth = 3 }, OptionsIn<SvfOptions>(scenario.Fleet.Policies[0].Policy));
        Assert.Equal("constant:tokens=9", scenario.Fleet.Pool.Predictor.Label);
        Assert.IsType<QueueLimitAdmission>(scenario.Fleet.Admission);
        Assert.Contains("4:14: fleet.policies[0]: svf has no option 'agings'", Assert.Single(Scenarios.ProblemsOf(text.Replace("aging=", "agings=", StringComparison.Ordinal))).Replace("5:", "4:", StringComparison.Ordinal));
    }

    [Fact]
    public void Tenants_have_times_of_their_own()
    {
        var text = Scenarios.Least.Replace("sample:", "trace: { file: x, format: dynamo, spread-batches: false, limit: 9 }", StringComparison.Ordinal)
            + "clients: { loop: sessions, timeout: 9s, tenants: [{ name: a, weight: 2.5, priority: -3, class: 4, timeout: 5s, deadline: 1ms }, { name: b }] }\n";
        var scenario = Scenarios.Read(text);
        Assert.Equal(
            [new TenantSpec { Name = "a", Weight = 2.5, Priority = -3, Class = 4, TimeoutUs = 5_000_000, DeadlineUs = 1_000 }, new TenantSpec { Name = "b" }],
            scenario.Clients.Options.Tenants);
        Assert.Equal((new SessionLoop(), 9_000_000L), (scenario.Clients.Options.Loop, scenario.Clients.Options.TimeoutUs!.Value));
        Assert.Equal(new TraceWorkload { File = "x", Format = "Dynamo request trace v1", RequestsLimit = 9 }, scenario.Workload);
    }

    [Fact]
    public void An_objective_stands_in_place_of_limits()
    {
        var scenario = Scenarios.Read(Scenarios.Least + "objective: 'goodput(ttft=3s) + throughput weights {gold: 3}'\n");
        Assert.True(Objective.TryParse("goodput(ttft=3s) + throughput weights {gold: 3}", out var objective, out _));
        Assert.Equal((objective, objective), (scenario.Objective, OptionsOf(scenario).Objective));
        Assert.Contains("says what slo says too", Assert.Single(Scenarios.ProblemsOf(Scenarios.Least + "slo: { ttft: 1s }\nobjective: throughput\n")));
        Assert.Contains("right is a line such as goodput(", Assert.Single(Scenarios.ProblemsOf(Scenarios.Least + "objective: profit\n")));
    }

    [Fact]
    public void The_least_file_means_the_defaults()
    {
        var scenario = Scenarios.Read(Scenarios.Least);
        var actual = OptionsOf(scenario);
        RequireEqual(
            new SimulationOptions
            {
                Planner = new FcfsPlanner(),
                Router = new RoundRobinRouter(),
                Limits = StepTimeProfiles.Unit.Limits with { WaitingMax = int.MaxValue },
                Kv = new KvLedgerOptions { BlocksTotal = StepTimeProfiles.Unit.KvTokens / 16, BlockSizeTokens = 16 },
                StepTime = StepTimeProfiles.Unit.StepTime,
                NewPredictor = actual.NewPredictor,
                OutputTokensMax = 256,
                Slo = new SloSpec { TtftUsMax = 2_000_000, GapUsMax = 200_000 },
                KeepsRecords = false,
            },
            actual);
        Assert.Equal(new ClassQuantileOptions(), OptionsIn<ClassQuantileOptions>(actual.NewPredictor()));
        Assert.Null(scenario.Clients.OutputTokensMax);
        Assert.Equal(new TraceWorkload { File = null }, scenario.Workload);
    }

    [Fact]
    public void Policies_take_their_options_and_are_told_apart_by_them()
    {
        var text = Scenarios.Least.Replace("[fcfs]", "[sarathi: { watermark: 0 }, sarathi, svf: { aging: false, backfilling: true, backfill-depth: 3 }, scls: { slice-tokens: 9, memory-share: 0.5 }, static: ]", StringComparison.Ordinal);
        var policies = Scenarios.Read(text).Fleet.Policies;
        Assert.Equal(["sarathi:watermark=0", "sarathi", "svf:aging=false:backfill-depth=3", "scls:slice-tokens=9:memory-share=0.5", "static"], policies.Select(policy => policy.Label));
        Assert.Equal(new SarathiOptions { Watermark = 0 }, OptionsIn<SarathiOptions>(policies[0].Policy));
        Assert.Equal(new SarathiOptions(), OptionsIn<SarathiOptions>(policies[1].Policy));
        Assert.Equal(new SvfOptions { AgingShare = null, BackfillDepth = 3 }, OptionsIn<SvfOptions>(policies[2].Policy));
        Assert.Equal(new SclsOptions { SliceTokens = 9, MemoryShare = 0.5 }, OptionsIn<SclsOptions>(policies[3].Policy));
    }

    [Fact]
    public void Laws_are_drawn_as_they_are_written()
    {
        var spec = Drawn<WorkloadSpec>("requests: { count: 5, arrivals: { window: { law: { on-off: { on-rate: 60/min, on-mean: 2s, off-mean: 500ms } }, from: 1s, to: 9s } }, like: papers, prompt: { normal: { mean: 9, deviation: 2, min: 1, max: 20 } }, prefixes: { families: 3, blocks-max: 2 } }");
        Assert.Equal(
            WorkloadSpec.Papers(5, null) with { Arrivals = new WindowArrivals(new OnOffArrivals(1, 0, 2, 0.5), 1, 9), PromptLength = new NormalLength(9, 2, 1, 20), Prefixes = new PrefixFamilies(3, 1, 2) },
            spec);
        var sessions = Drawn<SessionSpec>("sessions: { count: 7, starts: { diurnal: { rate: 7200/h, amplitude: 0.5, period: 24h } }, like: agents, turns-mean: 3, human-think: { median: 2min, sigma: 1 } }");
        Assert.Equal(SessionSpec.Agents(7, 1) with { Starts = new DiurnalArrivals(2, 0.5, 86_400), TurnsMean = 3, HumanThink = new LognormalThink(120, 1) }, sessions);
    }

    private static T Drawn<T>(string workload) =>
        Assert.IsType<T>(Assert.IsType<DrawnWorkload>(Scenarios.Read(Scenarios.Least.Replace("sample:", workload, StringComparison.Ordinal)).Workload).Spec);

    private static SimulationOptions OptionsOf(Scenario scenario) =>
        scenario.Options(scenario.Fleet.Policies[0].Policy, scenario.Fleet.Routers[0], scenario.Clients.OutputTokensMax ?? 256);

    private static DecodePool Decoding(DecodePool actual) => new()
    {
        Planner = new SarathiPlanner(),
        Router = new TwoChoicesRouter(),
        Link = new KvLink { TokensPerUs = 2, LatencyUs = 7 },
        Replicas = 3,
        Limits = StepTimeProfiles.Unit.Limits with { WaitingMax = int.MaxValue },
        Kv = new KvLedgerOptions { BlocksTotal = 1024, BlockSizeTokens = 16 },
        StepTime = StepTimeProfiles.Unit.StepTime,
        NewPredictor = actual.NewPredictor,
        PipelineStages = 2,
        PipelineHopUs = 20.5,
        Signals = new FleetSignals { Seed = 9 },
    };

    /// <summary>Property by property; policies by their type, records with lists by their contents.</summary>
    private static void RequireEqual(object expected, object actual)
    {
        foreach (var property in expected.GetType().GetProperties().Where(property => property.GetIndexParameters().Length == 0))
        {
            var (wanted, found) = (property.GetValue(expected), property.GetValue(actual));
            if (wanted is IBatchPlanner or IRouter or IAdmission or IAutoscaler) Assert.IsType(wanted.GetType(), found);
            else if (wanted is DecodePool or ClientOptions or FleetOptions or ScalingOptions) RequireEqual(wanted, found!);
            else if (wanted is System.Collections.IEnumerable list and not string) Assert.Equal(list.Cast<object>(), ((System.Collections.IEnumerable)found!).Cast<object>());
            else Assert.True(Equals(wanted, found), $"{property.Name}: {wanted} expected, {found} found");
        }
    }

    /// <summary>The options that a policy was made with.</summary>
    private static T OptionsIn<T>(object policy) =>
        policy.GetType().GetFields(BindingFlags.NonPublic | BindingFlags.Instance).Select(field => field.GetValue(policy)).OfType<T>().Single();
}
