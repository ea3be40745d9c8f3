namespace Kantor.Core.Batching.Policies.Slices;

/// <summary>Options of <see cref="SclsPlanner"/>.</summary>
public sealed record SclsOptions
{
    /// <summary>Tokens S that a group generates before it goes back to the queue, at least 1 (the paper: about 128 of 1024).</summary>
    public int SliceTokens { get; init; } = 128;

    /// <summary>Share of the pool that a group of several requests may fill by the end of its slice, above 0 and at most 1 (the paper: ζ).</summary>
    public double MemoryShare { get; init; } = 0.9;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SliceTokens, 1);
        if (!(MemoryShare is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(MemoryShare), MemoryShare, "The memory share is above 0 and at most 1.");
    }
}
