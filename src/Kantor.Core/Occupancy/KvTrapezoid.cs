namespace Kantor.Core.Occupancy;

/// <summary>
/// The KV that one request holds over its life: held now, and one token more in each coming round until it ends and releases all of it
/// (arXiv 2502.07115, section 2).
/// </summary>
/// <param name="HeldTokens">Tokens held before the first coming round, at least 0.</param>
/// <param name="RemainingRounds">Rounds, one generated token each, until it ends; at least 1.</param>
public readonly record struct KvTrapezoid(int HeldTokens, int RemainingRounds)
{
    /// <summary>
    /// KV token-rounds of a request of s prompt tokens and o output tokens: s·o + o(o + 1)/2 (arXiv 2606.22327, section 2).
    /// </summary>
    public static long Volume(int promptTokens, int outputTokens) =>
        ((long)promptTokens * outputTokens) + ((long)outputTokens * (outputTokens + 1L) / 2);

    /// <summary>Token-rounds still to be held.</summary>
    public long RemainingVolume => Volume(HeldTokens, RemainingRounds);

    /// <summary>
    /// Blocks held in round <paramref name="round"/>, counted from 1; the request has ended after <see cref="RemainingRounds"/>.
    /// </summary>
    public long BlocksIn(int round, int blockSizeTokens) =>
        round > RemainingRounds ? 0 : BlocksFor((long)HeldTokens + round, blockSizeTokens);

    internal static long BlocksFor(long tokens, int blockSizeTokens) => (tokens + blockSizeTokens - 1) / blockSizeTokens;
}
