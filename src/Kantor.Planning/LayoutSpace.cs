using System.Numerics;
using Kantor.Core.Kv;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Simulation.Pools;

namespace Kantor.Planning;

/// <summary>Which layouts a planner chooses from.</summary>
public sealed record LayoutSpace
{
    /// <summary>Kinds of replica that serve requests to the end.</summary>
    public IReadOnlyList<ReplicaKind> Colocated { get; init; } = [];

    /// <summary>Kinds that compute prompts where prefill and decode are apart.</summary>
    public IReadOnlyList<ReplicaKind> Prefill { get; init; } = [];

    /// <summary>Kinds that decode there.</summary>
    public IReadOnlyList<ReplicaKind> Decode { get; init; } = [];

    /// <summary>Chooses among the replicas of a pool.</summary>
    public IRouter Router { get; init; } = new LeastLoadedRouter();

    /// <summary>Most replicas of a side in a unit that fits in a node, at least 1; all ratios up to it are tried.</summary>
    public int RatioMax { get; init; } = 3;

    /// <summary>GPUs of a node, at least 1: units that fit in one may send KV over its own links.</summary>
    public int GpusPerNode { get; init; } = 8;

    /// <summary>Bytes per second of KV out of a prefilling replica to a decoding one in its node.</summary>
    public double NodeBytesPerS { get; init; } = 300e9;

    /// <summary>Bytes per second of KV out of a prefilling replica to one in another node.</summary>
    public double NetworkBytesPerS { get; init; } = 50e9;

    /// <summary>
    /// All layouts, the simplest first: colocated ones; those with prefill and decode in one node of equal GPUs, in every ratio without a
    /// common divisor; those with a pool of each, whose ratio the <see cref="FleetSearch"/> finds. Prefill and decode are combined where
    /// both serve one model whose KV has a known size.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public IReadOnlyList<FleetLayout> Layouts()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(RatioMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(GpusPerNode, 1);
        var apart = Apart().ToArray();
        return
        [
            .. Colocated.Select(kind => new FleetLayout { Serving = kind, Router = Router }),
            .. apart.Where(FitsInNode).Select(layout => With(layout, DecodePlacement.SameNode, NodeBytesPerS)),
            .. apart.Where(layout => layout is { ServingReplicas: 1, Decode.Replicas: 1 })
            .Select(layout => With(layout, DecodePlacement.AcrossNodes, NetworkBytesPerS)),
        ];
    }

    private IEnumerable<FleetLayout> Apart() =>
        from prefill in Prefill
        from decode in Decode
        where prefill.Model is not null && prefill.Model == decode.Model && prefill.KvBytesPerToken is not null
            && prefill.KvBytesPerToken == decode.KvBytesPerToken
        from ratio in Ratios()
        select new FleetLayout
        {
            Serving = prefill,
            ServingReplicas = ratio.Prefill,
            Router = Router,
            Decode =
                new DecodeSide { Kind = decode, Replicas = ratio.Decode, Link = KvLink.Of(1, 1), Placement = DecodePlacement.AcrossNodes },
        };

    private IEnumerable<(int Prefill, int Decode)> Ratios() =>
        from prefill in Enumerable.Range(1, RatioMax)
        from decode in Enumerable.Range(1, RatioMax)
        where BigInteger.GreatestCommonDivisor(prefill, decode).IsOne
        select (prefill, decode);

    private bool FitsInNode(FleetLayout layout) => layout.Gpus <= GpusPerNode && layout.Serving.Gpu == layout.Decode!.Kind.Gpu;

    private static FleetLayout With(FleetLayout layout, DecodePlacement placement, double bytesPerS) => layout with
    {
        Decode = layout.Decode! with { Placement = placement, Link = KvLink.Of(bytesPerS, layout.Serving.KvBytesPerToken!.Value) },
    };
}
