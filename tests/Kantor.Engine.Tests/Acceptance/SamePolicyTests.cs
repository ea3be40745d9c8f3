using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.StepTime;
using Kantor.Engine.Backends.Scripted;
using Kantor.Simulation;
using Kantor.Workloads.Traces;

namespace Kantor.Engine.Tests.Acceptance;

/// <summary>
/// One policy object plans for the engine, and then for the simulator on the trace that the engine's run was: it sees the same views and writes
/// the same plans, step by step.
/// </summary>
public class SamePolicyTests
{
    private const int OutputTokensMax = 48;

    // A back end cannot tell the last token of a prompt from a generated one, so both cost the same here.
    private static readonly LinearStepTime StepTime = new(1_000, 10, 10, 0);
    private static readonly BatchLimits Limits = new() { StepTokensMax = 96, RunningMax = 12 };

    public static TheoryData<string> Policies => [.. PolicyCatalogue.PlannerNames];

    [Theory]
    [MemberData(nameof(Policies))]
    public void With_memory_to_spare_and_prefix_cache__INV_HOST_1(string policy) => AssertSamePlans(policy, kvTokens: 8_192, prefixCaching: true, mustPreempt: false);

    [Theory]
    [MemberData(nameof(Policies))]
    public void With_memory_that_runs_out__INV_HOST_1(string policy) => AssertSamePlans(policy, kvTokens: 420, prefixCaching: false, mustPreempt: policy is "vllm-v1" or "fcfs");

    [Theory]
    [InlineData(8_192)]
    [InlineData(420)]
    public void With_a_policy_that_holds__INV_HOST_1(int kvTokens)
    {
        var (planner, trace, _, refused) = RunEngine(new Patient(), kvTokens, prefixCaching: false);
        Assert.Contains(planner.Steps, step => step.Contains(" hold ", StringComparison.Ordinal));
        Assert.Equal(0, refused);
        string[] inEngine = [.. planner.Steps];
        planner.Steps.Clear();
        RunSimulator(planner, trace, kvTokens, prefixCaching: false);
        Assert.Equal(inEngine, planner.Steps);
    }

    [Fact]
    public void Another_policy_plans_otherwise()
    {
        var fcfs = RunEngine(PolicyCatalogue.Planner("fcfs"), 420, prefixCaching: false).Planner;
        var svf = RunEngine(PolicyCatalogue.Planner("svf"), 420, prefixCaching: false).Planner;
        Assert.NotEqual(fcfs.Steps, svf.Steps);
    }

    private static void AssertSamePlans(string policy, int kvTokens, bool prefixCaching, bool mustPreempt)
    {
        var (planner, trace, preemptions, _) = RunEngine(PolicyCatalogue.Planner(policy), kvTokens, prefixCaching);
        if (mustPreempt) Assert.NotEqual(0, preemptions);
        string[] inEngine = [.. planner.Steps];
        planner.Steps.Clear();
        RunSimulator(planner, trace, kvTokens, prefixCaching);
        Assert.Equal(inEngine, planner.Steps);
    }

    private static (PlanRecorder Planner, TraceRequest[] Trace, long Preemptions, long Refused) RunEngine(IBatchPlanner policy, int kvTokens, bool prefixCaching)
    {
        var planner = new PlanRecorder(policy);
        var bench = new EngineBench(
            new ScriptedBackendOptions { KvTokensTotal = kvTokens, StepTime = StepTime, EndsOneIn = 24 },
            options: plain => plain with
            {
                Planner = planner,
                PrefixCaching = prefixCaching,
                StepTokensMax = Limits.StepTokensMax,
                RunningMax = Limits.RunningMax,
                Predictor = new ClassQuantilePredictor(),
                // Learnt from steps it would not be what the simulator knows from the first one on.
                StepTime = StepTime,
            });

        // Three waves, each at the moment at which a step ends.
        var asked = new List<(long ArrivalUs, int[] Prompt, Answer Answer)>();
        for (var step = 0; step <= 40; step++)
        {
            if (step is 0 or 10 or 40) AskWave(bench, asked);
            bench.Turn();
        }

        bench.Run([.. asked.Select(request => request.Answer)]);
        var trace = asked.Select(request => new TraceRequest(request.ArrivalUs, request.Prompt.Length, request.Answer.Finish.GeneratedTokens, request.Prompt, 1));
        var counters = bench.Loop.Scheduler.Counters;
        return (planner, [.. trace], counters.Preemptions, counters.PlansRefused);
    }

    private static void AskWave(EngineBench bench, List<(long ArrivalUs, int[] Prompt, Answer Answer)> asked)
    {
        for (var index = 0; index < 8; index++)
        {
            var shared = index % 2 == 0 ? "In the beginning there was a queue. " : "";
            var request = EngineBench.Request($"{shared}{asked.Count} asks {new string('x', asked.Count * 7 % 60)}?", OutputTokensMax);
            asked.Add((bench.Backend.Clock.NowUs, request.PromptTokens, bench.Submit(request)));
        }
    }

    private static void RunSimulator(IBatchPlanner planner, TraceRequest[] trace, int kvTokens, bool prefixCaching) => Simulator.Run(
        trace,
        new SimulationOptions
        {
            Planner = planner,
            Router = new RoundRobinRouter(),
            Limits = Limits,
            KvRules = EngineOptions.KvRulesOf(planner),
            Kv = new KvLedgerOptions { BlocksTotal = kvTokens, BlockSizeTokens = 1, PrefixCaching = prefixCaching, SequencesMax = 256 },
            StepTime = StepTime,
            NewPredictor = () => new ClassQuantilePredictor(),
            OutputTokensMax = OutputTokensMax,
        },
        cancellation: TestContext.Current.CancellationToken);

    /// <summary>Begins a batch only when its first request has waited for a while; goes on as first come, first served.</summary>
    private sealed class Patient : IBatchPlanner
    {
        private readonly FcfsPlanner _plain = new();

        public string Name => "patient";

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            var readyUs = view.Running.IsEmpty ? view.ArrivalUs[view.Waiting[0]] + 700 : view.NowUs;
            if (readyUs > view.NowUs) plan.HoldUntil(readyUs);
            else _plain.Plan(view, state, plan);
        }
    }
}
