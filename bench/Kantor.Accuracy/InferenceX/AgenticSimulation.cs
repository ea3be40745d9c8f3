using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Retention;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Hardware.Composition;
using Kantor.Hardware.Profiles;
using Kantor.Simulation;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Events;
using Kantor.Simulation.Pools;

namespace Kantor.Accuracy.InferenceX;

/// <summary>Predicts an <see cref="AgenticLoad"/> by replaying sessions in a closed loop on the engine's scheduler, for as long as the run lasted.</summary>
internal static class AgenticSimulation
{
    private const ulong Seed = 1;

    /// <summary>The prediction of a load. One seed, so equal loads give equal predictions.</summary>
    /// <exception cref="SimulationException">The load cannot be simulated, or nothing ends within the run.</exception>
    public static AgenticPrediction Run(AgenticLoad load, SessionReplay sessions, CancellationToken cancellation)
    {
        var trace = sessions.Of(load.Users, load.OutputTokensMean, Seed);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var log = new AgenticLog(trace, (long)(load.DurationS * 1e6), end);
        try
        {
            Simulator.Run(trace, OptionsOf(load, trace.Max(request => request.OutputTokens)), log, end.Token);
            throw new SimulationException($"The sessions of {load.Users} users end before {load.DurationS:F0} s.");
        }
        catch (OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            var engine = load.Deployment.Engine;
            return log.Conclude(prompt => (engine.RequestUs + (engine.RequestTokenUs * prompt)) / 1e3);
        }
    }

    private static SimulationOptions OptionsOf(AgenticLoad load, int outputTokensMax) => new()
    {
        Planner = new VllmV1Planner(),
        Router = new RoundRobinRouter(),
        Clients = new ClientOptions { Loop = new SessionLoop() },
        PlansAhead = load.Deployment.Engine.HostOverlaps,
        Limits = new BatchLimits { StepTokensMax = load.Deployment.StepTokens, RunningMax = 1024 },
        Kv = new KvLedgerOptions { BlocksTotal = load.KvBlocks, BlockSizeTokens = load.BlockSizeTokens, Retention = new InTurnRetention() },
        Tiers = TiersOf(load),
        StepTime = StepTimeComposer.Compose(load.Deployment),
        NewPredictor = () => new ConstantLengthPredictor((int)load.OutputTokensMean),
        OutputTokensMax = outputTokensMax,
        KeepsRecords = false,
    };

    private static PoolTier[] TiersOf(AgenticLoad load)
    {
        var blocks = (int)(load.OffloadBytes / load.KvBytesPerToken / load.BlockSizeTokens);
        var link = KvLink.Of(load.OffloadBytesPerUs * 1e6, load.KvBytesPerToken);
        return blocks == 0 ? [] : [new PoolTier { Place = new KvPlace { Name = "host memory", Blocks = blocks, Link = link } }];
    }
}
