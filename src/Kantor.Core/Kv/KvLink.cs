namespace Kantor.Core.Kv;

/// <summary>What copies KV from one memory to another, one copy after the other.</summary>
public sealed record KvLink
{
    /// <summary>KV tokens per microsecond, above 0.</summary>
    public required double TokensPerUs { get; init; }

    /// <summary>Microseconds that a copy takes whatever its size, at least 0.</summary>
    public long LatencyUs { get; init; }

    /// <summary>A link of so many bytes per second for KV of so many bytes per token.</summary>
    public static KvLink Of(double bytesPerS, double kvBytesPerToken, long latencyUs = 0) =>
        new() { TokensPerUs = bytesPerS / kvBytesPerToken / 1e6, LatencyUs = latencyUs };

    /// <summary>Microseconds of a copy when nothing else is under way.</summary>
    public long CopyUs(long tokens) => LatencyUs + (long)Math.Ceiling(tokens / TokensPerUs);

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (TokensPerUs is not (> 0 and <= 1e9))
        {
            throw new ArgumentOutOfRangeException(
                nameof(TokensPerUs), TokensPerUs, "KV tokens per microsecond are above 0 and at most 1e9.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(LatencyUs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LatencyUs, 1_000_000_000);
    }
}
