namespace Kantor.Core.StepTime;

/// <summary>
/// Step time c + a·prefill tokens + b·decode sequences + d·resident KV tokens + e·rows·KV tokens, in microseconds (theory canon 2.6, forms
/// B1 and B5, and for e the attention of engines without paged kernels).
/// </summary>
/// <remarks>
/// e: llama.cpp computes the attention of every row of a step, which is a token of a chunk or a decode, over all cells in use and masks
/// those of other sequences, so that its cost grows with rows × cells. The cells are the step's KV tokens when it is over; cached cells
/// that no sequence of the step reads cost each row the same and so end up in a and b.
/// </remarks>
/// <param name="FixedUs">c: any step, at least 0.</param>
/// <param name="PrefillTokenUs">a: per prefill token, at least 0.</param>
/// <param name="DecodeSequenceUs">b: per decoding sequence, at least 0.</param>
/// <param name="ResidentKvTokenUs">d: per KV token read, at least 0.</param>
/// <param name="RowKvTokenUs">e: per row and KV token of the step, at least 0.</param>
public sealed record LinearStepTime(
    double FixedUs, double PrefillTokenUs, double DecodeSequenceUs, double ResidentKvTokenUs, double RowKvTokenUs = 0) : IStepTimeModel
{
    /// <inheritdoc/>
    public double StepUs(in StepLoad load)
    {
        if (load.IsEmpty) return 0;
        var us = FixedUs + (PrefillTokenUs * load.PrefillTokens) + (DecodeSequenceUs * load.DecodeSequences);
        return us + (ResidentKvTokenUs * load.ResidentKvTokens) + (RowKvTokenUs * RowKvTokens(load));
    }

    /// <summary>Rows of a step times the KV tokens of its sequences when it is over.</summary>
    internal static double RowKvTokens(in StepLoad load)
    {
        var rows = (double)load.PrefillTokens + load.DecodeSequences;
        return rows * (load.ResidentKvTokens + rows);
    }
}
