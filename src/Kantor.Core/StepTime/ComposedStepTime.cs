namespace Kantor.Core.StepTime;

/// <summary>
/// Step time summed from the operators of a model, in microseconds, each tabulated: what sees all tokens of the step (matrix products,
/// experts, norms, collectives), what sees sampled rows (vocabulary projection, sampler), the attention of decodes and that of chunks; and
/// the host's work around them, which an engine with asynchronous scheduling hides behind the device's.
/// </summary>
/// <remarks>Evaluation takes a few dozen nanoseconds and allocates nothing.</remarks>
public sealed record ComposedStepTime : IStepTimeModel
{
    /// <summary>Microseconds by tokens of the step, experts excepted.</summary>
    public required TokenTable TokensUs { get; init; }

    /// <summary>
    /// Microseconds of the experts, and of the collectives around them, by tokens of all groups that share them; null for a model without.
    /// </summary>
    public TokenTable? ExpertsUs { get; init; }

    /// <summary>
    /// Groups that share the experts and step together, at least 1. A step by itself takes the others to hold as many tokens.
    /// </summary>
    public int Groups { get; init; } = 1;

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

    /// <summary>
    /// Least device microseconds of a step that computes chunks, which is not replayed from a captured graph. At least 0.
    /// </summary>
    public double PrefillFloorUs { get; init; }

    /// <summary>Whether the host prepares the next step while the device computes this one.</summary>
    public bool HostOverlaps { get; init; }

    /// <inheritdoc/>
    public double StepUs(in StepLoad load)
    {
        if (load.IsEmpty) return 0;
        return WithHost(load, DeviceUs(load) + ExpertUs(Groups * Tokens(load)), Rows(load));
    }

    /// <summary>
    /// Duration of a step of all <see cref="Groups"/> together, one load each: every layer's experts wait for the slowest group and compute
    /// the tokens of all. A group with an empty load takes part with nothing of its own.
    /// </summary>
    public double LockstepUs(ReadOnlySpan<StepLoad> loads)
    {
        var (slowest, tokens, rows) = (0.0, 0, 0);
        var heaviest = default(StepLoad);
        foreach (var load in loads)
        {
            if (load.IsEmpty) continue;
            tokens += Tokens(load);
            rows = Math.Max(rows, Rows(load));
            var device = DeviceUs(load);
            if (device <= slowest) continue;
            (slowest, heaviest) = (device, load);
        }

        return tokens == 0 ? 0 : WithHost(heaviest, slowest + ExpertUs(tokens), rows);
    }

    private static int Tokens(in StepLoad load) => load.PrefillTokens + load.DecodeSequences;

    private static int Rows(in StepLoad load) => load.DecodeSequences + (load.PrefillTokens > 0 ? 1 : 0);

    private double ExpertUs(int tokens) => ExpertsUs?.At(tokens) ?? 0;

    private double DeviceUs(in StepLoad load)
    {
        var us = TokensUs.At(Tokens(load)) + SampledUs.At(Rows(load));
        var decode = load.PrefillTokens > 0 ? MixedDecodeAttentionUs : DecodeAttentionUs;
        if (load.DecodeSequences > 0) us += decode.At(load.DecodeSequences, load.DecodeKvTokens);
        return load.PrefillTokens > 0 ? us + PrefillAttentionUs.At(load.PrefillTokens, load.PrefillAttention) : us;
    }

    private double WithHost(in StepLoad load, double deviceUs, int rows)
    {
        if (load.PrefillTokens > 0) deviceUs = Math.Max(PrefillFloorUs, deviceUs);
        var hostUs = HostUs + (HostSequenceUs * rows);
        return HostOverlaps ? Math.Max(deviceUs, hostUs) : deviceUs + hostUs;
    }
}
