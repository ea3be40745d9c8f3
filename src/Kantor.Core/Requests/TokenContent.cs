namespace Kantor.Core.Requests;

/// <summary>
/// The tokens of a sequence as far as their identity is known. A token's identity is a key for a run of <see cref="TokensPerKey"/> tokens:
/// the token itself in the engine (run 1), a content-block id in a trace (run 512 in Mooncake's), or unknown.
/// </summary>
/// <remarks>Owner: the scheduler that runs the request; it grows while tokens are generated.</remarks>
public sealed class TokenContent
{
    private int[] _keys;
    private int _keyCount;

    private TokenContent(int[] keys, int tokensPerKey, int count, int identifiedCount)
    {
        _keys = keys;
        _keyCount = keys.Length;
        TokensPerKey = tokensPerKey;
        Count = count;
        IdentifiedCount = identifiedCount;
    }

    /// <summary>Tokens that one key identifies, at least 1.</summary>
    public int TokensPerKey { get; }

    /// <summary>Number of tokens.</summary>
    public int Count { get; private set; }

    /// <summary>Number of leading tokens whose identity is known; only those can be cached or hit.</summary>
    public int IdentifiedCount { get; private set; }

    /// <summary>Keys of the identified tokens: the key of position p is element p / <see cref="TokensPerKey"/>.</summary>
    public ReadOnlySpan<int> Keys => _keys.AsSpan(0, _keyCount);

    /// <summary>Real tokens; the array becomes the content's own.</summary>
    public static TokenContent FromTokens(int[] tokens) => new(tokens, 1, tokens.Length, tokens.Length);

    /// <summary>
    /// A trace's content ids for runs of <paramref name="tokensPerKey"/> tokens; the last run may be cut short by <paramref name="count"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The number of ids is not ceil(count / tokensPerKey).</exception>
    public static TokenContent FromBlockIds(int[] ids, int tokensPerKey, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokensPerKey, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (ids.Length != ((count - 1) / tokensPerKey) + 1)
        {
            throw new ArgumentException(
                $"{count} tokens in runs of {tokensPerKey} need {((count - 1) / tokensPerKey) + 1} ids, not {ids.Length}.", nameof(ids));
        }

        return new TokenContent(ids, tokensPerKey, count, count);
    }

    /// <summary>Tokens of unknown identity: they take room but are never shared.</summary>
    public static TokenContent Opaque(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new TokenContent([], 1, count, 0);
    }

    /// <summary>
    /// Whether both have <paramref name="tokens"/> tokens or more, and the first so many are known to the same extent and equal as far as
    /// they are known.
    /// </summary>
    public bool BeginsLike(TokenContent other, int tokens)
    {
        var identified = Math.Min(IdentifiedCount, tokens);
        if (Math.Min(Count, other.Count) < tokens || identified != Math.Min(other.IdentifiedCount, tokens)) return false;
        if (identified == 0) return true;
        var keys = ((identified - 1) / TokensPerKey) + 1;
        return TokensPerKey == other.TokensPerKey && Keys[..keys].SequenceEqual(other.Keys[..keys]);
    }

    /// <summary>Leading tokens of known identity that both have, of at most so many; whole keys.</summary>
    public int CommonTokens(TokenContent other, int tokensMax)
    {
        if (TokensPerKey != other.TokensPerKey) return 0;
        var keys = Math.Min(Math.Min(IdentifiedCount, other.IdentifiedCount), tokensMax) / TokensPerKey;
        return Keys[..keys].CommonPrefixLength(other.Keys[..keys]) * TokensPerKey;
    }

    /// <summary>Appends a generated token whose identity is known.</summary>
    /// <exception cref="InvalidOperationException">Keys stand for runs, or a token of unknown identity came before.</exception>
    public void Append(int token)
    {
        if (TokensPerKey != 1 || IdentifiedCount != Count)
        {
            throw new InvalidOperationException("Only content whose every token is known by itself can grow by known tokens.");
        }

        if (_keyCount == _keys.Length) Array.Resize(ref _keys, Math.Max(16, _keys.Length * 2));
        _keys[_keyCount++] = token;
        Count++;
        IdentifiedCount++;
    }

    /// <summary>Appends a generated token of unknown identity; nothing after it can be cached.</summary>
    public void AppendUnknown() => Count++;

    /// <summary>Appends so many generated tokens of unknown identity.</summary>
    public void AppendUnknown(int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        Count = checked(Count + tokens);
    }
}
