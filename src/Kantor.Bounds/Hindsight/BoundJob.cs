using Kantor.Core.Occupancy;

namespace Kantor.Bounds.Hindsight;

/// <summary>
/// A request whose whole future is known, in the rounds of the theory (research notes, theory 2.1): started in round k at the earliest when
/// it arrived, it holds a token more in each of its rounds k + 1 … k + o, generates one token in each, and releases everything after the
/// last.
/// </summary>
/// <param name="ArrivalRound">Round a in which it arrives, at least 0; its latency counts from here.</param>
/// <param name="Kv">What it holds in each of its rounds.</param>
public readonly record struct BoundJob(int ArrivalRound, KvTrapezoid Kv)
{
    /// <summary>Rounds that it takes, one generated token each.</summary>
    public int Rounds => Kv.RemainingRounds;

    /// <summary>KV token-rounds of its life.</summary>
    public long Volume => Kv.RemainingVolume;

    /// <summary>Tokens that it holds in its last round.</summary>
    public long PeakTokens => (long)Kv.HeldTokens + Kv.RemainingRounds;

    /// <summary>As the theory counts: s + j tokens in round j (arXiv 2502.07115, section 2).</summary>
    public static BoundJob InTheory(int arrivalRound, int promptTokens, int outputTokens) =>
        new(arrivalRound, new KvTrapezoid(promptTokens, outputTokens));

    /// <summary>
    /// As a replica serves it: token j of the answer is generated with s + j − 1 tokens in KV, because the newest needs none.
    /// </summary>
    public static BoundJob AsServed(int arrivalRound, int promptTokens, int outputTokens) =>
        new(arrivalRound, new KvTrapezoid(promptTokens - 1, outputTokens));
}
