using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Slices;

/// <summary>Options of <see cref="SclsPlanner"/>.</summary>
public sealed record SclsOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SclsOptions>> Keys { get; } =
    [
        Option.Whole<SclsOptions>(
            "slice-tokens", 1, 1_000_000, options => options.SliceTokens, (options, tokens) => options with { SliceTokens = tokens },
            "tokens that a group generates before it goes back to the queue"),
        Option.Number<SclsOptions>(
            "memory-share", Interval.Above(0, 1), options => options.MemoryShare, (options, share) => options with { MemoryShare = share },
            "share of the pool that a group may fill by the end of its slice"),
    ];

    /// <summary>Tokens S that a group generates before it goes back to the queue, at least 1 (the paper: about 128 of 1024).</summary>
    public int SliceTokens { get; init; } = 128;

    /// <summary>
    /// Share of the pool that a group of several requests may fill by the end of its slice, above 0 and at most 1 (the paper: ζ).
    /// </summary>
    public double MemoryShare { get; init; } = 0.9;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SliceTokens, 1);
        if (!(MemoryShare is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(MemoryShare), MemoryShare, "The memory share is above 0 and at most 1.");
        }
    }
}
