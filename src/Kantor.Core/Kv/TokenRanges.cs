namespace Kantor.Core.Kv;

/// <summary>
/// Some of a sequence's tokens, as ranges in order, apart from each other and never empty, so that equal sets have equal ranges. Empty
/// unless something made a hole: what is in KV up to a frontier is a number.
/// </summary>
internal readonly struct TokenRanges : IEquatable<TokenRanges>
{
    // First token and one past the last, of each range in turn: ascending throughout. Null for none.
    private readonly int[]? _bounds;

    private TokenRanges(int[] bounds) => _bounds = bounds.Length == 0 ? null : bounds;

    /// <summary>Whether there is no token.</summary>
    public bool IsEmpty => _bounds is null;

    /// <summary>Ranges.</summary>
    public int Count => Bounds.Length / 2;

    /// <summary>One past the last token; 0 when there is none.</summary>
    public int End => _bounds is null ? 0 : _bounds[^1];

    private ReadOnlySpan<int> Bounds => _bounds;

    /// <summary>The tokens from one up to another, which is not among them; none when it is not above.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The first token is below 0.</exception>
    public static TokenRanges Of(int fromToken, int toToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromToken);
        return fromToken < toToken ? new TokenRanges([fromToken, toToken]) : default;
    }

    /// <summary>Whether this token is among them.</summary>
    public bool Contains(int token) => FrontierFrom(token) > token;

    /// <summary>The first token at or after this one that is not among them: how far a frontier gets that stands here.</summary>
    public int FrontierFrom(int token)
    {
        var bounds = Bounds;
        for (var at = 0; at < bounds.Length; at += 2)
        {
            if (token < bounds[at]) return token;
            if (token < bounds[at + 1]) return bounds[at + 1];
        }

        return token;
    }

    /// <summary>The tokens of both.</summary>
    public TokenRanges Union(TokenRanges other)
    {
        var (bounds, left, right) = (new List<int>(Bounds.Length + other.Bounds.Length), 0, 0);
        while (left < Count || right < other.Count)
        {
            var isLeft = right == other.Count || (left < Count && Bounds[2 * left] <= other.Bounds[2 * right]);
            Append(bounds, isLeft ? Bounds.Slice(2 * left++, 2) : other.Bounds.Slice(2 * right++, 2));
        }

        return new TokenRanges([.. bounds]);
    }

    /// <summary>Those at or after this token.</summary>
    public TokenRanges From(int token)
    {
        var bounds = new List<int>(Bounds.Length);
        for (var at = 0; at < Bounds.Length; at += 2)
        {
            if (Bounds[at + 1] > token) Append(bounds, [Math.Max(token, Bounds[at]), Bounds[at + 1]]);
        }

        return new TokenRanges([.. bounds]);
    }

    /// <inheritdoc/>
    public bool Equals(TokenRanges other) => Bounds.SequenceEqual(other.Bounds);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TokenRanges other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var bound in Bounds) hash.Add(bound);
        return hash.ToHashCode();
    }

    /// <summary>Such as <c>[0, 16) [32, 48)</c>.</summary>
    public override string ToString() =>
        string.Join(' ', (_bounds ?? []).Chunk(2).Select(range => $"[{range[0]}, {range[1]})"));

    /// <summary>Same tokens.</summary>
    public static bool operator ==(TokenRanges left, TokenRanges right) => left.Equals(right);

    /// <summary>Not the same tokens.</summary>
    public static bool operator !=(TokenRanges left, TokenRanges right) => !left.Equals(right);

    // Ranges come in order of their first token; one that touches the last goes on in it.
    private static void Append(List<int> bounds, ReadOnlySpan<int> range)
    {
        if (bounds.Count > 0 && range[0] <= bounds[^1]) bounds[^1] = Math.Max(bounds[^1], range[1]);
        else bounds.AddRange(range);
    }
}
