using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.StepTime;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests;

/// <summary>A random small workload on a random small fleet with tight memory; equal numbers give equal runs.</summary>
internal sealed record RandomRun(int Number, IReadOnlyList<TraceRequest> Trace, SimulationOptions Options)
{
    // Of laws about batches; they know no milliseconds, which another unit of time would change.
    private static readonly string[] Routers = ["round-robin", "least-loaded", "two-choices", "vllm-dp"];

    public static RandomRun Draw(int number, string policy)
    {
        var random = new RandomStream((ulong)number, "random-run");
        var gapUs = (new[] { 1, 300, 3000 })[random.NextInt(3)];
        var arrivalUs = 0L;
        var trace = new TraceRequest[1 + random.NextInt(30)];
        var nextId = 100;
        for (var index = 0; index < trace.Length; index++)
        {
            var prompt = 1 + random.NextInt(40);
            var family = random.NextInt(4);
            int[] ids = [.. Enumerable.Range(0, ((prompt - 1) / 4) + 1).Select(block => block < 3 ? (family * 3) + block : nextId++)];
            arrivalUs += random.NextInt(gapUs);
            trace[index] = new TraceRequest(arrivalUs, prompt, 1 + random.NextInt(20), ids, 4);
        }

        return new RandomRun(number, trace, new SimulationOptions
        {
            Planner = PolicyCatalogue.Planner(policy),
            Router = PolicyCatalogue.Router(Routers[random.NextInt(Routers.Length)]),
            Replicas = 1 + random.NextInt(3),
            Limits = new BatchLimits { StepTokensMax = 4 + random.NextInt(40), RunningMax = 1 + random.NextInt(6) },
            Kv = new KvLedgerOptions { BlocksTotal = 13 + random.NextInt(12), BlockSizeTokens = 4, PrefixCaching = random.NextInt(4) > 0 },
            StepTime = new LinearStepTime(100, 10, 1, 0),
            NewPredictor = () => new ClassQuantilePredictor(),
            OutputTokensMax = 20,
        });
    }
}
