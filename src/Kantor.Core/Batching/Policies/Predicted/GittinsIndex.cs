using Kantor.Core.Prediction;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>
/// The Gittins index of a request that has generated a tokens: the most, over all amounts of further service D, of the probability that it
/// ends within D by the service that this is expected to take (research notes, theory 3.14). Service is counted in tokens, or in the KV
/// token-rounds that they hold.
/// </summary>
/// <remarks>
/// D ends at quantiles of the belief, and survival is constant between two, which is exact for a law with as few lengths and errs towards
/// more service for others. Without a law the believed mean is certain, and the index is that of the shortest remainder or volume.
/// </remarks>
public static class GittinsIndex
{
    private const int Quantiles = 16;

    /// <summary>The index, above 0; the largest is served first.</summary>
    /// <param name="belief">Belief about the total output.</param>
    /// <param name="generatedTokens">Tokens generated, a.</param>
    /// <param name="heldTokens">Tokens in KV before the next one; null to count service in tokens.</param>
    public static double Of(in LengthBelief belief, int generatedTokens, int? heldTokens = null)
    {
        var (best, service, from, survival) = (0.0, 0.0, generatedTokens, 1.0);
        for (var quantile = 1; quantile <= Quantiles; quantile++)
        {
            var to = Math.Max(generatedTokens + 1, belief.Quantile((double)quantile / Quantiles));
            if (to <= from) continue;
            service += survival * Between(from - generatedTokens, to - generatedTokens, heldTokens);
            (from, survival) = (to, belief.Survival(to));
            best = Math.Max(best, (1 - survival) / service);
        }

        return best;
    }

    /// <summary>Service of the tokens after the first <paramref name="from"/> up to <paramref name="to"/>.</summary>
    private static double Between(int from, int to, int? heldTokens) => heldTokens is { } held
        ? ((double)held * (to - from)) + (0.5 * (((double)to * (to + 1)) - ((double)from * (from + 1))))
        : to - from;
}
