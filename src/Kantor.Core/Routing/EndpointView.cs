namespace Kantor.Core.Routing;

/// <summary>One replica as last heard of, which may be a while ago: <see cref="Ages"/>.</summary>
/// <param name="Waiting">Requests that wait.</param>
/// <param name="Running">Requests that run.</param>
/// <param name="KvBlocksUsed">KV blocks that live requests reference.</param>
/// <param name="KvBlocksTotal">KV blocks in all.</param>
public readonly record struct EndpointView(int Waiting, int Running, int KvBlocksUsed, int KvBlocksTotal)
{
    /// <summary>Number of the replica, which it keeps for life and no other ever has.</summary>
    public int Replica { get; init; }

    /// <summary>Tokens of a KV block, at least 1.</summary>
    public int KvBlockTokens { get; init; } = 1;

    /// <summary>How old each signal is.</summary>
    public SignalAges Ages { get; init; }

    /// <summary>Requests that are there, waiting and running.</summary>
    public int Requests => Waiting + Running;

    /// <summary>KV tokens that live requests hold, to a block each.</summary>
    public long KvTokensUsed => (long)KvBlocksUsed * KvBlockTokens;

    /// <summary>KV tokens in all.</summary>
    public long KvTokensTotal => (long)KvBlocksTotal * KvBlockTokens;
}

/// <summary>
/// Microseconds since each signal of a replica was sampled; 0 is now. What the host adds to a sample by itself makes it no younger.
/// </summary>
/// <param name="WaitingUs">Age of <see cref="EndpointView.Waiting"/>.</param>
/// <param name="RunningUs">Age of <see cref="EndpointView.Running"/>.</param>
/// <param name="KvUs">Age of <see cref="EndpointView.KvBlocksUsed"/>.</param>
public readonly record struct SignalAges(long WaitingUs, long RunningUs, long KvUs)
{
    /// <summary>Age of the oldest signal.</summary>
    public long OldestUs => Math.Max(WaitingUs, Math.Max(RunningUs, KvUs));
}
