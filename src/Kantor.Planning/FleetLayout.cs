using System.Globalization;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Simulation;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Pools;

namespace Kantor.Planning;

/// <summary>
/// What a fleet is a multiple of: a replica that serves requests to the end or, where prefill and decode are apart, so many replicas of
/// each (DistServe, arXiv 2401.09670, section 4).
/// </summary>
public sealed record FleetLayout
{
    /// <summary>Replicas that requests arrive at.</summary>
    public required ReplicaKind Serving { get; init; }

    /// <summary>How many of them a unit has, at least 1.</summary>
    public int ServingReplicas { get; init; } = 1;

    /// <summary>Where requests go on after their first token; null when the serving replicas decode as well.</summary>
    public DecodeSide? Decode { get; init; }

    /// <summary>Chooses among the replicas of a pool.</summary>
    public IRouter Router { get; init; } = new LeastLoadedRouter();

    /// <summary>Whether prefill and decode are apart.</summary>
    public bool IsDisaggregated => Decode is not null;

    /// <summary>Replicas of a unit, those of both sides.</summary>
    public int Replicas => ServingReplicas + (Decode?.Replicas ?? 0);

    /// <summary>GPUs of a unit, those of both sides.</summary>
    public int Gpus => (ServingReplicas * Serving.Gpus) + (Decode is { } decode ? decode.Replicas * decode.Kind.Gpus : 0);

    /// <summary>Price of a unit for an hour; null when that of a GPU is not known.</summary>
    public double? PricePerH => (ServingReplicas * Serving.Gpus * Serving.GpuPricePerH)
        + (Decode is { } decode ? decode.Replicas * decode.Kind.Gpus * decode.Kind.GpuPricePerH : 0);

    /// <summary>
    /// Whether each unit has requests of its own, dealt out in turn, because its KV must not leave its node; otherwise the units are one
    /// pool.
    /// </summary>
    public bool UnitsStandAlone => Decode is { Placement: DecodePlacement.SameNode };

    /// <summary>The layout in one line, such as <c>1 × opt-13b-a100-tp2 prefill + 1 × opt-13b-a100-tp1 decode, same node</c>.</summary>
    public string Describe(int units)
    {
        if (Decode is not { } decode)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{units * ServingReplicas} × {Serving.Name}, {Serving.Planner.Name} in steps of {Serving.Limits.StepTokensMax}");
        }

        var unit = string.Create(
            CultureInfo.InvariantCulture,
            $"{PerPool(ServingReplicas)} × {Serving.Name} prefill + {PerPool(decode.Replicas)} × {decode.Kind.Name} decode");
        if (!UnitsStandAlone) return unit + ", across nodes";
        return units == 1 ? unit + ", same node" : string.Create(CultureInfo.InvariantCulture, $"{units} × ({unit}), each in one node");

        int PerPool(int replicas) => UnitsStandAlone ? replicas : units * replicas;
    }

    /// <summary>The simulation of one pool of so many units.</summary>
    internal SimulationOptions Options(int units, Objective objective, int outputTokensMax) =>
        new(Serving.Pool(units * ServingReplicas), Router, outputTokensMax)
        {
            Decode = Decode?.Pool(units, Router),
            Objective = objective,
        };
}

/// <summary>The replicas of a unit that only decode, and the way of the KV to them.</summary>
public sealed record DecodeSide
{
    /// <summary>The replicas.</summary>
    public required ReplicaKind Kind { get; init; }

    /// <summary>How many of them a unit has, at least 1.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Way of the KV out of each prefilling replica, as fast as the placement allows.</summary>
    public required KvLink Link { get; init; }

    /// <summary>Where they stand.</summary>
    public required DecodePlacement Placement { get; init; }

    internal DecodePool Pool(int units, IRouter router) => new(Kind.Pool(units * Replicas), router, Link);
}

/// <summary>Where the decoding replicas of a unit stand.</summary>
public enum DecodePlacement
{
    /// <summary>In one node with the prefilling ones; the KV moves over the links inside the node.</summary>
    SameNode,

    /// <summary>Anywhere; the KV moves over the network between nodes.</summary>
    AcrossNodes,
}
