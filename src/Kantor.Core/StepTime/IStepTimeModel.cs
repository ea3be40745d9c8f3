namespace Kantor.Core.StepTime;

/// <summary>
/// Duration of one engine step as a function of what is in it. Monotone: more of anything never takes less time, but where a published fit
/// that is kept as it is says otherwise (<see cref="DistServeStepTime"/>). Pure.
/// </summary>
public interface IStepTimeModel
{
    /// <summary>Duration of a step in microseconds; an empty step takes 0.</summary>
    double StepUs(in StepLoad load);
}

/// <summary>What one step computes.</summary>
/// <param name="PrefillTokens">Tokens of chunks: all rows of sequences that compute more than their newest token.</param>
/// <param name="DecodeSequences">Sequences that compute exactly their newest generated token.</param>
/// <param name="ResidentKvTokens">KV tokens read: the sum, over all sequences of the step, of the tokens computed before the step.</param>
/// <param name="PrefillAttention">
/// Query-key pairs of the chunks, doubled: the sum of (x + c)² − x² over chunks of c tokens after a context of x tokens.
/// </param>
/// <param name="PrefillKvTokens">The part of <paramref name="ResidentKvTokens"/> that chunks read: the tokens computed before them.</param>
public readonly record struct StepLoad(
    int PrefillTokens, int DecodeSequences, long ResidentKvTokens, double PrefillAttention, long PrefillKvTokens = 0)
{
    /// <summary>KV tokens that decodes read.</summary>
    public long DecodeKvTokens => ResidentKvTokens - PrefillKvTokens;

    /// <summary>
    /// Query-key pairs of the chunks as rectangles: the sum of c·(x + c). Exact for one chunk and for any number of whole prompts, which
    /// have no context; at most the truth and a half for several chunks with one.
    /// </summary>
    public double PrefillPairs => 0.5 * (PrefillAttention + Math.Min(PrefillAttention, (double)PrefillTokens * PrefillTokens));

    /// <summary>The load with one more sequence that computes <paramref name="tokens"/> after <paramref name="context"/> tokens.</summary>
    public StepLoad With(int tokens, int context, bool isDecode) => isDecode
        ? this with { DecodeSequences = DecodeSequences + 1, ResidentKvTokens = ResidentKvTokens + context }
        : new StepLoad(
            PrefillTokens + tokens,
            DecodeSequences,
            ResidentKvTokens + context,
            PrefillAttention + ((double)tokens * tokens) + (2.0 * tokens * context),
            PrefillKvTokens + context);

    /// <summary>Nothing to compute.</summary>
    public bool IsEmpty => PrefillTokens == 0 && DecodeSequences == 0;
}
