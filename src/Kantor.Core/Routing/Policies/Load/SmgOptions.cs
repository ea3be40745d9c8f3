using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Load;

/// <summary>Options of <see cref="SmgRouter"/>.</summary>
public sealed record SmgOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SmgOptions>> Keys { get; } =
    [
        Option.Whole<SmgOptions>(
            "memory-wait-ms", 0, 1_000_000, options => options.MemoryWaitMs, (options, ms) => options with { MemoryWaitMs = ms },
            "wait for memory of a replica whose KV is half in use"),
        Option.WholeOrNone<SmgOptions>(
            "tokens-per-s", 1, 100_000_000, options => options.TokensPerS, (options, rate) => options with { TokensPerS = rate },
            "prompt tokens that a replica computes in a second; none for those of full steps by its step-time model"),
    ];

    /// <summary>Wait for memory of a replica whose KV is half in use, in milliseconds, at least 0.</summary>
    public int MemoryWaitMs { get; init; } = 150;

    /// <summary>Prompt tokens that a replica computes in a second, at least 1; null for those of full steps.</summary>
    public int? TokensPerS { get; init; }
}
