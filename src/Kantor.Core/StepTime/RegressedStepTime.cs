namespace Kantor.Core.StepTime;

/// <summary>
/// Step time as Preble's regressions have it (arXiv 2407.00023; the cost equations of its experiments), in microseconds: the matrix
/// products by tokens of the step, the attention by KV tokens of all its sequences, and what a long prompt adds.
/// </summary>
/// <remarks>The tokens of the step count as KV tokens too. Several prompts of a step are taken together for
/// <see cref="PairsMin"/>.</remarks>
public sealed record RegressedStepTime : IStepTimeModel
{
    /// <summary>Microseconds by tokens of the step: of chunks, and one per decode.</summary>
    public required PiecewiseLinear TokensUs { get; init; }

    /// <summary>Microseconds by KV tokens that the step's sequences have when it is over.</summary>
    public required PiecewiseLinear KvUs { get; init; }

    /// <summary>
    /// Further microseconds of chunks per token, per KV token and per <see cref="StepLoad.PrefillPairs"/>, each at least 0.
    /// </summary>
    public required (double TokenUs, double KvTokenUs, double PairUs) Prompt { get; init; }

    /// <summary>Pairs up to which <see cref="Prompt"/> does not apply.</summary>
    public double PairsMin { get; init; }

    /// <inheritdoc/>
    public double StepUs(in StepLoad load)
    {
        if (load.IsEmpty) return 0;
        var tokens = load.PrefillTokens + load.DecodeSequences;
        var us = TokensUs.At(tokens) + KvUs.At(load.ResidentKvTokens + tokens);
        var pairs = load.PrefillPairs;
        if (load.PrefillTokens == 0 || pairs <= PairsMin) return us;
        return us + (Prompt.TokenUs * load.PrefillTokens) + (Prompt.KvTokenUs * (load.PrefillKvTokens + load.PrefillTokens))
            + (Prompt.PairUs * pairs);
    }
}
