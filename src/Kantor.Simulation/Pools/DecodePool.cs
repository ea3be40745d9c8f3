using System.Diagnostics.CodeAnalysis;
using Kantor.Core.Kv;
using Kantor.Core.Routing;

namespace Kantor.Simulation.Pools;

/// <summary>
/// Replicas that only decode. A request's prompt is computed where it arrives; after its first token its KV waits there until a decoding
/// replica has room and has pulled it (DistServe, arXiv 2401.09670, section 4.3).
/// </summary>
public sealed record DecodePool : ReplicaPool
{
    /// <summary>A pool whose members are to be set.</summary>
    public DecodePool()
    {
    }

    /// <summary>A pool of these replicas.</summary>
    [SetsRequiredMembers]
    public DecodePool(ReplicaPool replicas, IRouter router, KvLink link)
        : base(replicas) => (Router, Link) = (router, link);

    /// <summary>Chooses the decoding replica when the first token is there.</summary>
    public required IRouter Router { get; init; }

    /// <summary>Way of the KV out of each prefilling replica; copies of one replica follow one another.</summary>
    public required KvLink Link { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Link.Validate();
    }
}
