namespace Kantor.Core.StepTime;

/// <summary>
/// Step time c + a·prefill tokens + b·decode sequences + d·resident KV tokens, in microseconds (theory canon 2.6, forms B1 and B5).
/// </summary>
/// <param name="FixedUs">c: any step, at least 0.</param>
/// <param name="PrefillTokenUs">a: per prefill token, at least 0.</param>
/// <param name="DecodeSequenceUs">b: per decoding sequence, at least 0.</param>
/// <param name="ResidentKvTokenUs">d: per KV token read, at least 0.</param>
public sealed record LinearStepTime(double FixedUs, double PrefillTokenUs, double DecodeSequenceUs, double ResidentKvTokenUs) : IStepTimeModel
{
    /// <inheritdoc/>
    public double StepUs(in StepLoad load) => load.IsEmpty
        ? 0
        : FixedUs + (PrefillTokenUs * load.PrefillTokens) + (DecodeSequenceUs * load.DecodeSequences) + (ResidentKvTokenUs * load.ResidentKvTokens);
}
