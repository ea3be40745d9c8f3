using Kantor.Cli.Yaml;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Simulation.Pools;

namespace Kantor.Cli.Scenarios;

/// <summary>A pool of a scenario, all but its policies.</summary>
internal sealed record PoolPlan
{
    public required StepTimeProfile Profile { get; init; }

    /// <summary>Batch policy of these replicas alone; null for the one that is compared.</summary>
    public Labelled<IBatchPlanner>? Policy { get; init; }

    /// <summary>Bytes of KV that a token takes over all devices of a replica; null when not known.</summary>
    public required double? TokenBytes { get; init; }

    public required int Replicas { get; init; }

    public required BatchLimits Limits { get; init; }

    /// <summary>Most microseconds for which a batch policy may hold without a break.</summary>
    public required long HoldUsMax { get; init; }

    public required KvLedgerOptions Kv { get; init; }

    public required Labelled<Func<ILengthPredictor>> Predictor { get; init; }

    public bool PlansAhead { get; init; }

    public required PipelinePlan Pipeline { get; init; }

    public int LockstepReplicas { get; init; } = 1;

    public KvPlace? Swap { get; init; }

    public PoolTier? Tier { get; init; }

    public Speculation? Speculation { get; init; }

    public AdapterCost? Adapters { get; init; }

    public required FleetSignals Signals { get; init; }

    public ScalingOptions? Scaling { get; init; }
}

/// <summary>Stages of a replica and the time between them.</summary>
internal sealed record PipelinePlan(int Stages, double HopUs);

/// <summary>Host memory and the way there, as they are written.</summary>
internal sealed record HostMemory(Placed<KvAmount> Size, LinkPlan Link, bool IsShared);

/// <summary>A way for KV, as it is written.</summary>
internal sealed record LinkPlan(Placed<KvBandwidth> Bandwidth, long LatencyUs)
{
    /// <summary>
    /// The link for KV of so many bytes a token; null, said as a problem, when they are needed and not known or the link is impossibly fast
    /// or slow.
    /// </summary>
    public KvLink? ToLink(double? tokenBytes, Problems problems)
    {
        var tokensPerUs = Bandwidth.Value.PerS / 1e6;
        if (Bandwidth.Value.IsBytes)
        {
            if (tokenBytes is not { } bytes)
            {
                Bandwidth.Refuse(
                    problems,
                    "is in bytes, but the profile does not tell how many bytes the KV of a token takes; write tokens/s, give "
                    + "kv.token-bytes, or name the profile as MODEL@GPU.");
                return null;
            }

            tokensPerUs /= bytes;
        }

        if (tokensPerUs is > 0 and <= 1e9) return new KvLink { TokensPerUs = tokensPerUs, LatencyUs = LatencyUs };
        Bandwidth.Refuse(problems, $"is {tokensPerUs} tokens per microsecond; right is at most 1e9.");
        return null;
    }
}
