using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Pools;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests;

/// <summary>Small fleets for tests.</summary>
internal static class Fleet
{
    /// <summary>Steps of 100 µs + 10 µs per prefill token + 1 µs per decode; 10 tokens a step; blocks of 4 tokens.</summary>
    public static SimulationOptions Small(int blocks = 100, IBatchPlanner? planner = null, int outputTokensMax = 8) => new()
    {
        Planner = planner ?? new FcfsPlanner(),
        Router = new RoundRobinRouter(),
        Limits = new BatchLimits { StepTokensMax = 10, RunningMax = 4 },
        Kv = new KvLedgerOptions { BlocksTotal = blocks, BlockSizeTokens = 4 },
        StepTime = new LinearStepTime(100, 10, 1, 0),
        NewPredictor = () => new ClassQuantilePredictor(),
        OutputTokensMax = outputTokensMax,
    };

    /// <summary>A replica of the profile that the acceptance tests of the research notes are stated for.</summary>
    public static SimulationOptions Yi34B(IBatchPlanner planner, int stepTokensMax, int outputTokensMax = 1024) => new()
    {
        Planner = planner,
        Router = new RoundRobinRouter(),
        Limits = StepTimeProfiles.Yi34BA100Tp2.Limits with { StepTokensMax = stepTokensMax },
        Kv = new KvLedgerOptions { BlocksTotal = StepTimeProfiles.Yi34BA100Tp2.KvTokens / 16, BlockSizeTokens = 16 },
        StepTime = StepTimeProfiles.Yi34BA100Tp2.StepTime,
        NewPredictor = () => new ClassQuantilePredictor(),
        OutputTokensMax = outputTokensMax,
    };

    /// <summary>Runs and proves the books of every replica after every event.</summary>
    public static SimulationResult RunVerified(IReadOnlyList<TraceRequest> trace, SimulationOptions options, RunLog? log = null) =>
        Simulator.Run(trace, options, log ?? new RunLog());

    public static TraceRequest Request(long arrivalUs, int prompt, int output, params int[] blockIds) => blockIds.Length == 0
        ? new TraceRequest(arrivalUs, prompt, output)
        : new TraceRequest(arrivalUs, prompt, output, blockIds, 4);

    public static KvPlace Place(string name, int? blocks, KvLink link) => new() { Name = name, Blocks = blocks, Link = link };

    public static PoolTier Tier(int blocks, KvLink link, bool isShared = false) =>
        new() { Place = Place("tier", blocks, link), IsShared = isShared };

    public static IEnumerable<string> Policies => PolicyCatalogue.PlannerNames;

    /// <summary>Steps that a test of so many must see leapt to be worth something; none of a policy that does not promise to repeat its plans.</summary>
    public static long LeapsExpected(string policy, long steps) =>
        PolicyCatalogue.BuiltIn.Planners.Find(policy).Card.Promises.HasFlag(PolicyPromises.RepeatsSteps) ? steps : -1;
}

/// <summary>Writes down what a run does and proves the books after every event.</summary>
internal sealed class RunLog : SimulationObserver
{
    public List<(int Request, int Replica, long AtUs)> Arrivals { get; } = [];

    public List<(int Request, long AtUs)> Ends { get; } = [];

    public List<Step> Steps { get; } = [];

    /// <summary>What policies heard, but for what leaps sum up.</summary>
    public List<string> Heard { get; } = [];

    public bool ProvesBooks { get; init; } = true;

    public long Events { get; private set; }

    public long StepsLeapt { get; private set; }

    public override PolicyState? ListenerOf(int replica, ReplicaOptions options) => new EventSummary(replica, Heard);

    public override void Routed(int request, int replica, long nowUs) => Arrivals.Add((request, replica, nowUs));

    public override void RequestEnded(int request, int requestsEnded, long nowUs)
    {
        Ends.Add((request, nowUs));
        Assert.Equal(Ends.Count, requestsEnded);
    }

    public override void StepBegan(int replica, ReplicaScheduler scheduler, long nowUs, long durationUs)
    {
        var slices = new List<(int Request, int FromToken, int Tokens)>();
        foreach (var slice in scheduler.Slices) slices.Add(((int)scheduler.Spec(slice.Row).Id.Value, slice.FromToken, slice.Tokens));
        Steps.Add(new Step(replica, nowUs, nowUs + durationUs, slices));
    }

    public override void StepsRepeated(int replica, ReplicaScheduler scheduler, ReadOnlySpan<long> endsUs)
    {
        var last = Steps.FindLast(step => step.Replica == replica)!;
        Assert.Equal(last.ToUs, endsUs[0]);
        for (var index = 1; index < endsUs.Length; index++)
        {
            Steps.Add(new Step(replica, endsUs[index - 1], endsUs[index], [.. last.Slices.Select(slice => (slice.Request, slice.FromToken + (index * slice.Tokens), slice.Tokens))]));
        }

        StepsLeapt += endsUs.Length - 1;
    }

    public override void EventHandled(IReadOnlyList<ReplicaScheduler> schedulers, long nowUs)
    {
        Events++;
        if (!ProvesBooks) return;
        foreach (var scheduler in schedulers) scheduler.Verify();
    }

    public sealed record Step(int Replica, long FromUs, long ToUs, IReadOnlyList<(int Request, int FromToken, int Tokens)> Slices);
}
