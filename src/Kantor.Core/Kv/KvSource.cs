namespace Kantor.Core.Kv;

/// <summary>Where KV that is not in the pool can be had.</summary>
public enum KvSource : byte
{
    /// <summary>On the replica that served the request before.</summary>
    Handover,

    /// <summary>In host memory, where a preemption put it.</summary>
    Swap,

    /// <summary>In a <see cref="KvTier"/>.</summary>
    Tier,
}
