namespace Kantor.Core.Replica;

/// <content>Guessed tokens (speculative decoding).</content>
public sealed partial class ReplicaScheduler
{
    /// <summary>
    /// Of a completed decode's guesses the first <paramref name="tokens"/> were right, so their KV is valid; <see cref="Generate"/> follows for
    /// each of them and for the token after.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">More were right than were checked.</exception>
    public void Accept(in StepSlice slice, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, slice.IsDecode ? slice.Tokens - 1 : 0);
        _table.ComputedTokens[slice.Row] += tokens;
    }

    /// <summary>The row's next decode checks as many guesses as are allowed and as its declared output has room for.</summary>
    private void Guess(int row)
    {
        var tokens = Math.Max(0, Math.Min(_options.DraftTokens, _table.OutputTokensMax[row] - _table.GeneratedTokens[row] - 1));
        _table.WantedTokens[row] += tokens - _table.DraftTokens[row];
        _table.DraftTokens[row] = tokens;
    }
}
