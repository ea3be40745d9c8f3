using Kantor.Core.Requests;
using Kantor.Core.Retention;

namespace Kantor.Core.Kv;

public sealed partial class KvLedger : IdleHeap.IBlocks
{
    // Sequences that began with a block, by block; empty where no key is asked for.
    private readonly int[] _hits = [];
    private int _releasing;

    /// <summary>Microseconds that computing a block takes by itself after so many tokens; null when that is not known.</summary>
    public Func<int, double>? RecomputeUs { get; init; }

    /// <summary>The order in which idle blocks give their room up.</summary>
    public IRetention Retention => _options.Retention;

    /// <summary>It is this time, in microseconds of the host's clock: what becomes idle next does so now.</summary>
    public void TimeIs(long nowUs)
    {
        // Only a heap asks when a block became idle.
        if (_hits.Length > 0) _state.TimeIs(nowUs);
    }

    /// <summary>The sequence is this request's.</summary>
    public void NameUser(int sequence, RequestId user) => OpenSequence(sequence).User = user;

    int IdleHeap.IBlocks.NodeOf(int block) => _blocks[block].Node;

    IdleBlock IdleHeap.IBlocks.Describe(int block)
    {
        ref readonly var idle = ref _blocks[block];
        var (releasing, depthTokens) = (_sequences[_releasing], idle.Index * BlockSizeTokens);
        var hits = _hits.Length > 0 ? _hits[block] : 0;
        return new IdleBlock(
            releasing.User, new TenantId(releasing.Domain.Tenant), idle.Index, hits, _state.NowUs, RecomputeUs?.Invoke(depthTokens) ?? 0);
    }
}
