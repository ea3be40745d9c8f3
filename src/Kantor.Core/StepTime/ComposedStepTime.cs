namespace Kantor.Core.StepTime;

/// <summary>
/// Step time summed from the operators of a model, in microseconds, each tabulated: what sees all tokens of the step (matrix products,
/// experts, norms, collectives), what sees sampled rows (vocabulary projection, sampler), the attention of decodes and that of chunks; and
/// the host's work around them, which an engine with asynchronous scheduling hides behind the device's.
/// </summary>
/// <remarks>Evaluation takes a few dozen nanoseconds and allocates nothing.</remarks>
public sealed record ComposedStepTime : IStepTimeModel
{
    /// <summary>Microseconds by tokens of the step.</summary>
    public required TokenTable TokensUs { get; init; }

    /// <summary>Microseconds by rows that are projected to the vocabulary: one per decode, and one for the prompts of the step.</summary>
    public required TokenTable SampledUs { get; init; }

    /// <summary>Microseconds by (decoding sequences, KV tokens that they read).</summary>
    public required OctaveGrid DecodeAttentionUs { get; init; }

    /// <summary>The same in a step that also computes chunks: kernels made for chunks treat decodes worse. Nowhere less.</summary>
    public required OctaveGrid MixedDecodeAttentionUs { get; init; }

    /// <summary>Microseconds by (tokens of chunks, their <see cref="StepLoad.PrefillAttention"/>).</summary>
    public required OctaveGrid PrefillAttentionUs { get; init; }

    /// <summary>Host microseconds of any step, at least 0.</summary>
    public double HostUs { get; init; }

    /// <summary>Host microseconds per sequence of the step, at least 0.</summary>
    public double HostSequenceUs { get; init; }

    /// <summary>Least device microseconds of a step that computes chunks, which is not replayed from a captured graph. At least 0.</summary>
    public double PrefillFloorUs { get; init; }

    /// <summary>Whether the host prepares the next step while the device computes this one.</summary>
    public bool HostOverlaps { get; init; }

    /// <inheritdoc/>
    public double StepUs(in StepLoad load)
    {
        if (load.IsEmpty) return 0;
        var device = TokensUs.At(load.PrefillTokens + load.DecodeSequences);
        var rows = load.DecodeSequences + (load.PrefillTokens > 0 ? 1 : 0);
        device += SampledUs.At(rows);
        var decode = load.PrefillTokens > 0 ? MixedDecodeAttentionUs : DecodeAttentionUs;
        if (load.DecodeSequences > 0) device += decode.At(load.DecodeSequences, load.ResidentKvTokens);
        if (load.PrefillTokens > 0) device = Math.Max(PrefillFloorUs, device + PrefillAttentionUs.At(load.PrefillTokens, load.PrefillAttention));
        var host = HostUs + (HostSequenceUs * rows);
        return HostOverlaps ? Math.Max(device, host) : device + host;
    }
}
