using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.StepTime;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Generators;

namespace Kantor.Planning.Tests;

/// <summary>A small world to plan in: prompts of 100 tokens that take 10 ms, and outputs of 20 tokens.</summary>
internal static class Planned
{
    public static ReplicaKind Kind(string name = "small", int gpus = 1, double prefillTokenUs = 100) => new()
    {
        Name = name,
        Gpus = gpus,
        Model = "m",
        KvBytesPerToken = 1000,
        Planner = new PrefillFirstPlanner(),
        Limits = new BatchLimits { StepTokensMax = 100, RunningMax = 64 },
        Kv = new KvLedgerOptions { BlocksTotal = 2000, BlockSizeTokens = 16, PrefixCaching = false },
        StepTime = new LinearStepTime(100, prefillTokenUs, 200, 0),
    };

    public static FleetLayout Colocated(string name = "small", int gpus = 1, double prefillTokenUs = 100) => new() { Serving = Kind(name, gpus, prefillTokenUs) };

    public static PlanLoad Load(double ratePerS, int requests = 400) => PlanLoad.Of(new WorkloadSpec
    {
        Requests = requests,
        Arrivals = new PoissonArrivals(ratePerS),
        PromptLength = new ConstantLength(100),
        OutputLength = new ConstantLength(20),
    });

    public static TrialBench Bench(PlanLoad load, long ttftUsMax = 40_000, int seedsMin = 2, int seedsMax = 2, int threads = 2) =>
        new(load, new PlanObjective(new SloSpec { TtftUsMax = ttftUsMax }, 0.9), new TrialOptions { SeedsMin = seedsMin, SeedsMax = seedsMax, Threads = threads });
}
