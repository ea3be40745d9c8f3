using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Simulation;
using Kantor.Simulation.Pools;

namespace Kantor.Planning;

/// <summary>A replica as a planner buys it: a model on so many GPUs, and the policy that runs it.</summary>
public sealed record ReplicaKind
{
    /// <summary>Model, machine and split, as reports show it.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the GPU: a node has GPUs of one name only. Null when it is not known.</summary>
    public string? Gpu { get; init; }

    /// <summary>GPUs of one replica, at least 1: all of its tensor-parallel and pipeline shares.</summary>
    public required int Gpus { get; init; }

    /// <summary>Model that it serves: KV moves only between replicas of one model. Null when it is not known.</summary>
    public string? Model { get; init; }

    /// <summary>Bytes of KV of one token on all GPUs of the replica; null when they are not known, so that the KV cannot be sent.</summary>
    public double? KvBytesPerToken { get; init; }

    /// <summary>Batch policy.</summary>
    public required IBatchPlanner Planner { get; init; }

    /// <summary>Limits of a step.</summary>
    public required BatchLimits Limits { get; init; }

    /// <summary>KV pool.</summary>
    public required KvLedgerOptions Kv { get; init; }

    /// <summary>Duration of a step.</summary>
    public required IStepTimeModel StepTime { get; init; }

    /// <summary>Price of one GPU for an hour; null when it is not known.</summary>
    public double? GpuPricePerH { get; init; }

    /// <summary>Makes the length predictor of one replica.</summary>
    public Func<ILengthPredictor> NewPredictor { get; init; } = static () => new ClassQuantilePredictor();

    /// <summary>A profile on so many GPUs, with the profile's limits and KV.</summary>
    public static ReplicaKind Of(StepTimeProfile profile, int gpus, IBatchPlanner planner, int blockSizeTokens = 16) => new()
    {
        Name = profile.Name,
        Gpus = gpus,
        Planner = planner,
        Limits = profile.Limits with { WaitingMax = int.MaxValue },
        Kv = new KvLedgerOptions { BlocksTotal = profile.KvTokens / blockSizeTokens, BlockSizeTokens = blockSizeTokens },
        StepTime = profile.StepTime,
    };

    /// <summary>So many replicas of this kind.</summary>
    internal ReplicaPool Pool(int replicas) => new()
    {
        Planner = Planner,
        Replicas = replicas,
        Limits = Limits,
        Kv = Kv,
        StepTime = StepTime,
        NewPredictor = NewPredictor,
    };
}
