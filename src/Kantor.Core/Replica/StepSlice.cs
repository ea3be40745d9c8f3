using Kantor.Core.StepTime;

namespace Kantor.Core.Replica;

/// <summary>One sequence's share of the step that is to be executed.</summary>
/// <param name="Row">Row of the request.</param>
/// <param name="Sequence">KV sequence id.</param>
/// <param name="FromToken">Position of the first token to compute.</param>
/// <param name="Tokens">Number of tokens to compute.</param>
/// <param name="Generates">Whether the sequence has caught up after them, so that the step yields its next token.</param>
/// <param name="IsDecode">Whether it computes only its newest generated token, and the guesses that follow it.</param>
public readonly record struct StepSlice(int Row, int Sequence, int FromToken, int Tokens, bool Generates, bool IsDecode)
{
    /// <summary>What the slices of a step compute together.</summary>
    public static StepLoad LoadOf(ReadOnlySpan<StepSlice> slices)
    {
        var (decodes, decodeKvTokens, load) = (0, 0L, default(StepLoad));
        foreach (ref readonly var slice in slices)
        {
            if (!slice.IsDecode)
            {
                load = load.With(slice.Tokens, slice.FromToken, isDecode: false);
                continue;
            }

            // A decode that checks guesses computes as many rows, and reads its KV once.
            decodes += slice.Tokens;
            decodeKvTokens += slice.FromToken;
        }

        return load with { DecodeSequences = decodes, ResidentKvTokens = load.ResidentKvTokens + decodeKvTokens };
    }
}
