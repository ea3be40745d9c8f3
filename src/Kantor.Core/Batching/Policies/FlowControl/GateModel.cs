namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>
/// A replica as arXiv 2602.02987 sees it: a step holds either a chunk of a prompt and all but one of the decodes there are places for
/// (mixed), or decodes alone (solo).
/// </summary>
/// <param name="Places">Decodes of a solo step, B, at least 1.</param>
/// <param name="ChunkTokens">Prompt tokens of a mixed step, C, at least 1.</param>
/// <param name="MixedUs">Time of a mixed step, in microseconds, above 0.</param>
/// <param name="SoloUs">Time of a solo step, in microseconds, above 0.</param>
public readonly record struct GateModel(double Places, double ChunkTokens, double MixedUs, double SoloUs)
{
    /// <summary>Time that the prompt of one request keeps the replica mixed, in microseconds: 1/mu(p).</summary>
    public double PromptUs(double promptTokens) => promptTokens * MixedUs / ChunkTokens;

    /// <summary>
    /// Time of all places that one request takes, in microseconds: its decodes, and those of others that its prompt keeps from being done.
    /// </summary>
    /// <remarks>
    /// It is the sum of the source's constraints on decodes in mixed and in solo steps, which bind the classes only in sum: decoded tokens
    /// are at most X·(B − 1)/mixed + (1 − X)·B/solo, X the sum of the classes' occupancies.
    /// </remarks>
    public double PlacesUs(double promptTokens, double outputTokens)
    {
        var (solo, mixed) = (Places / SoloUs, (Places - 1) / MixedUs);
        // A mixed step that decodes no slower than a solo one keeps nobody from anything.
        return (outputTokens + (PromptUs(promptTokens) * Math.Max(0, solo - mixed))) / solo;
    }

    /// <summary>Share of the steps that a share of the time is, when so much of the time in sum is mixed.</summary>
    public double StepsOf(double share, double mixedShare) =>
        share / MixedUs / ((mixedShare / MixedUs) + ((1 - mixedShare) / SoloUs));
}
