using Kantor.Bounds.Hindsight;
using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.StepTime;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>The rounds of the theory (research notes, theory 2.1) in the simulator: a step of any content takes 1 µs, and so does a round.</summary>
internal static class UnitRounds
{
    /// <summary>The run of a policy; every request declares the longest output of all.</summary>
    public static SimulationResult Run(IReadOnlyList<TraceRequest> trace, int poolTokens, IBatchPlanner planner, Func<ILengthPredictor>? newPredictor = null)
    {
        var result = Simulator.Run(trace, new SimulationOptions
        {
            Planner = planner,
            Router = new RoundRobinRouter(),
            Limits = new BatchLimits { StepTokensMax = 1_000_000, RunningMax = 10_000 },
            Kv = new KvLedgerOptions { BlocksTotal = poolTokens, BlockSizeTokens = 1, PrefixCaching = false },
            StepTime = new LinearStepTime(1, 0, 0, 0),
            NewPredictor = newPredictor ?? (() => new ClassQuantilePredictor(new ClassQuantileOptions { PriorTokens = 50 })),
            OutputTokensMax = trace.Max(request => request.OutputTokens),
        });
        Assert.Equal((trace.Count, 0L), (result.Completed, result.PlansRefused));
        return result;
    }

    /// <summary>Sum of latencies in rounds.</summary>
    public static long TotalLatency(SimulationResult result) => result.Records.Sum(record => record.E2eUs!.Value);

    public static BoundJob[] Jobs(IReadOnlyList<TraceRequest> trace) =>
        [.. trace.Select(request => BoundJob.AsServed((int)request.ArrivalUs, request.PromptTokens, request.OutputTokens))];

    /// <summary>Requests of prompts of unlike lengths that all arrive together; no two prompts are alike, so that <see cref="Oracle"/> tells them apart.</summary>
    public static TraceRequest[] Burst(ulong seed, int requests, int outputMax)
    {
        var random = new RandomStream(seed, "burst");
        var prompt = 0;
        var drawn = Enumerable.Range(0, requests).Select(_ => (Prompt: prompt += 1 + random.NextInt(3), Output: 1 + random.NextInt(outputMax), Key: random.NextBits())).ToArray();
        return [.. drawn.OrderBy(request => request.Key).Select(request => new TraceRequest(0, request.Prompt, request.Output))];
    }

    /// <summary>Knows every output by the length of its prompt, which only a test can arrange.</summary>
    internal sealed class Oracle(IEnumerable<TraceRequest> trace) : ILengthPredictor
    {
        private readonly Dictionary<int, int> _outputs = trace.ToDictionary(request => request.PromptTokens, request => request.OutputTokens);

        public string Name => "oracle";

        public PolicyState NewState() => new();

        public LengthBelief Predict(in LengthQuery query, PolicyState state) => new(_outputs[query.Request.PromptTokens], _outputs[query.Request.PromptTokens]);
    }
}
