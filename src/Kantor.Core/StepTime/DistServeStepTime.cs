namespace Kantor.Core.StepTime;

/// <summary>
/// Step time as DistServe's simulator takes it (arXiv 2401.09670, section 4; simdistserve's time estimator), in microseconds, of one stage
/// of p pipeline stages: prompts (a + b·Σlen + c·Σlen²)/p + 1,000·p, decodes (a + b·Σcontext + c·batch)/p with other coefficients for large
/// batches.
/// </summary>
/// <remarks>
/// A chunk of c tokens after x counts as (x + c)² − x², so that the chunks of a prompt add up to it. DistServe has no steps with both: here
/// a decode beside prompts is one more token of the matrix products and reads its context, and the step takes no less than either part
/// alone. Where the coefficients change, the published fits do not meet: one more decode may take less time there.
/// </remarks>
public sealed record DistServeStepTime : IStepTimeModel
{
    private const double StageUs = 1_000;

    /// <summary>Microseconds of prompts: fixed, per token, and per token squared.</summary>
    public required (double FixedUs, double TokenUs, double SquareUs) Prefill { get; init; }

    /// <summary>Microseconds of decodes: fixed, per token of context, and per sequence.</summary>
    public required (double FixedUs, double KvTokenUs, double SequenceUs) Decode { get; init; }

    /// <summary>The same for more than <see cref="SmallBatchMax"/> sequences.</summary>
    public required (double FixedUs, double KvTokenUs, double SequenceUs) LargeDecode { get; init; }

    /// <summary>Most sequences for which <see cref="Decode"/> holds.</summary>
    public int SmallBatchMax { get; init; } = 95;

    /// <summary>p: stages that the layers are divided among, at least 1.</summary>
    public int PipelineStages { get; init; } = 1;

    /// <inheritdoc/>
    public double StepUs(in StepLoad load)
    {
        if (load.IsEmpty) return 0;
        var decode = load.DecodeSequences > SmallBatchMax ? LargeDecode : Decode;
        var decodeUs = (decode.FixedUs + (decode.SequenceUs * load.DecodeSequences)) / PipelineStages;
        var kvUs = load.DecodeSequences > 0 ? decode.KvTokenUs * load.DecodeKvTokens / PipelineStages : 0;
        if (load.PrefillTokens == 0) return decodeUs + kvUs;
        var tokensUs = Prefill.FixedUs + (Prefill.TokenUs * (load.PrefillTokens + load.DecodeSequences));
        var prefillUs = ((tokensUs + (Prefill.SquareUs * load.PrefillAttention)) / PipelineStages) + (StageUs * PipelineStages);
        return kvUs + (load.DecodeSequences > 0 ? Math.Max(prefillUs, decodeUs) : prefillUs);
    }
}
