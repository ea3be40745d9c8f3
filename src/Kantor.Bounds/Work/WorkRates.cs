using Kantor.Bounds.Facts;

namespace Kantor.Bounds.Work;

/// <summary>
/// A linear minorant of step times, as machine time of each token: over every step that counts, the rates of its tokens add up to at most
/// its duration, in microseconds.
/// </summary>
/// <param name="PrefillTokenUs">Per prompt token.</param>
/// <param name="DecodeTokenUs">Per token of an answer after the first.</param>
/// <param name="KvTokenUs">Per KV token that is read.</param>
/// <param name="AttentionUs">Per doubled query-key pair of prompts.</param>
internal readonly record struct WorkRates(double PrefillTokenUs, double DecodeTokenUs, double KvTokenUs, double AttentionUs)
{
    /// <summary>
    /// Per KV token of its own that a request holds while it decodes, for each decode: what every step costs, divided among the KV that
    /// fits beside each other instead of among the tokens of the step.
    /// </summary>
    public double HeldTokenUs { get; init; }

    /// <summary>Least machine time of a prompt after its best hit, whatever chunks it is cut into.</summary>
    public double PrefillUs(in BoundRequest request, int stepTokensMax)
    {
        double fresh = request.FreshTokens, prompt = request.PromptTokens, hit = request.HitTokensMax;
        return (PrefillTokenUs * fresh) + (AttentionUs * ((prompt * prompt) - (hit * hit)))
            + (KvTokenUs * LeastReads(fresh, stepTokensMax));
    }

    /// <summary>Machine time of decodes <paramref name="from"/> to <paramref name="to"/>, counted from 1, both included.</summary>
    public double DecodesUs(in BoundRequest request, int from, int to)
    {
        double count = to - from + 1;
        var middle = ((from + to) / 2.0) - 1;
        return count * (DecodeTokenUs + (KvTokenUs * (request.PromptTokens + middle)) + (HeldTokenUs * (request.FreshTokens + middle)));
    }

    /// <summary>KV tokens that the chunks of a prompt read of itself, when as few and as late as possible: full ones at the end.</summary>
    private static double LeastReads(double fresh, double stepTokensMax)
    {
        var chunksBefore = Math.Ceiling(fresh / stepTokensMax) - 1;
        return (chunksBefore * fresh) - (stepTokensMax * chunksBefore * (chunksBefore + 1) / 2);
    }
}
