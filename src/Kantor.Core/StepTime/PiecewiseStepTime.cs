namespace Kantor.Core.StepTime;

/// <summary>
/// Step time from measured tables, in microseconds:
/// max(linear(prefill tokens + decodes), decode(decodes)) + hybrid·decodes if there is prefill too + attention·Σ((x + c)² − x²).
/// </summary>
/// <remarks>
/// The matrix products see one batch of tokens (linear), decodes alone are bound by memory traffic (decode), a decode that rides along with
/// prefill costs little (hybrid), and the attention of a chunk of c tokens after x grows with both.
/// </remarks>
public sealed record PiecewiseStepTime : IStepTimeModel
{
    /// <summary>Microseconds by tokens in the batch.</summary>
    public required PiecewiseLinear LinearUs { get; init; }

    /// <summary>Microseconds by decoding sequences, of a step that holds nothing else.</summary>
    public required PiecewiseLinear DecodeUs { get; init; }

    /// <summary>Microseconds by decoding sequence in a step that also prefills, at least 0.</summary>
    public required double HybridDecodeUs { get; init; }

    /// <summary>Microseconds by unit of <see cref="StepLoad.PrefillAttention"/>, at least 0.</summary>
    public required double AttentionUs { get; init; }

    /// <inheritdoc/>
    public double StepUs(in StepLoad load)
    {
        if (load.IsEmpty) return 0;
        var linear = LinearUs.At(load.PrefillTokens + load.DecodeSequences);
        var decode = load.DecodeSequences > 0 ? DecodeUs.At(load.DecodeSequences) : 0;
        var hybrid = load.PrefillTokens > 0 ? HybridDecodeUs * load.DecodeSequences : 0;
        return Math.Max(linear, decode) + hybrid + (AttentionUs * load.PrefillAttention);
    }
}
