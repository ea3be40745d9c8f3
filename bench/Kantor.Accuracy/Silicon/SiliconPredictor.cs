using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Hardware.Composition;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;
using Kantor.Simulation;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Events;
using Kantor.Workloads.Traces;

namespace Kantor.Accuracy.Silicon;

/// <summary>Predicts measured points by running their closed loop on the scheduler of their engine.</summary>
internal static class SiliconPredictor
{
    private const long TokensMax = 50_000_000;

    // Microseconds that each user adds to the way of every request to vLLM, presumably because its front end and the client serve all streams from
    // one event loop each, and a request needs several rounds of both. Chosen of 0, 200, 400 and 600 on half of the vLLM rows, for all models and GPUs.
    private const double VllmUserUs = 400;

    public static Comparison Predict(string file, SiliconRow row, CancellationToken cancellation)
    {
        var comparison = new Comparison
        {
            File = file,
            Id = row.Id,
            Model = row.Model[(row.Model.LastIndexOf('/') + 1)..],
            Gpu = row.System,
            Engine = row.Backend,
            Load = $"{row.Prompt}/{row.Output}",
            Users = row.Users,
            TtftMs = row.TtftMs,
            TpotMs = row.TpotMs,
        };
        try
        {
            if (SiliconDeployment.TryBuild(row, out var deployment) is { } reason) return comparison with { NotCovered = reason };
            if (row.Users is not { } users) return comparison with { NotCovered = "no concurrency" };
            return Simulate(comparison, row, deployment!, users, cancellation);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or SimulationException)
        {
            return comparison with { NotCovered = exception.Message };
        }
    }

    private static Comparison Simulate(Comparison comparison, SiliconRow row, Deployment deployment, int users, CancellationToken cancellation)
    {
        var usersOfReplica = Math.Max(1, users / deployment.DataParallel);
        var requests = Requests(row, usersOfReplica);
        var timings = Timing.All(requests, OptionsOf(row, deployment, usersOfReplica, requests), cancellation);
        return comparison with
        {
            PredictedTtftMs = Mean(timings.Select(timing => timing.TtftMs)),
            PredictedTpotMs = Mean(timings.Select(timing => timing.TpotMs).OfType<double>()),
        };
    }

    private static double Mean(IEnumerable<double> values) => values.Average();

    private static SimulationOptions OptionsOf(SiliconRow row, Deployment deployment, int users, List<TraceRequest> requests)
    {
        var engine = deployment.Engine;
        var delays = new RandomStream(1, "accuracy.delays");
        var frontEndUs = row.Backend == "vllm" ? VllmUserUs * row.Users ?? 0 : 0;
        var capacity = Math.Min(KvCapacity.Tokens(deployment), (long)users * (row.Prompt + row.Output + engine.BlockSizeTokens));
        return new SimulationOptions
        {
            Clients = new ClientOptions
            {
                Loop = new UserLoop { Users = users },
                RequestUs = prompt => (engine.RequestUs * -Math.Log(1 - delays.NextDouble())) + (engine.RequestTokenUs * prompt) + frontEndUs,
            },
            PlansAhead = engine.HostOverlaps,
            Planner = engine.Name switch
            {
                "sglang" => new PrefillFirstPlanner(),
                "trtllm" => new VllmV1Planner(new VllmV1Options { ChunkedPrefill = false }),
                _ => new VllmV1Planner(),
            },
            Router = new RoundRobinRouter(),
            Limits = new BatchLimits { StepTokensMax = deployment.StepTokens, RunningMax = 1024 },
            Kv = new KvLedgerOptions
            {
                BlocksTotal = (int)Math.Max(1, capacity / engine.BlockSizeTokens),
                BlockSizeTokens = engine.BlockSizeTokens,
                PrefixCaching = false,
            },
            NewPredictor = () => new ConstantLengthPredictor(row.Output),
            StepTime = StepTimeComposer.Compose(deployment),
            OutputTokensMax = requests.Max(request => request.OutputTokens),
        };
    }

    /// <summary>Ten requests a user, as the benchmark sends them; fewer where that would be a long simulation of the same steady state.</summary>
    private static List<TraceRequest> Requests(SiliconRow row, int users)
    {
        var random = new RandomStream(1, "accuracy.lengths");
        var count = (int)Math.Clamp(TokensMax / ((long)users * row.Output), 2, 10) * users;
        var requests = new List<TraceRequest>(count);
        for (var i = 0; i < count; i++) requests.Add(new TraceRequest(0, Length(row.Prompt, row.HasVariedPrompts), Length(row.Output, row.HasVariedOutputs)));
        return requests;

        int Length(int nominal, bool isVaried) => isVaried ? (int)(nominal * (0.8 + (0.2 * random.NextDouble()))) : nominal;
    }
}
