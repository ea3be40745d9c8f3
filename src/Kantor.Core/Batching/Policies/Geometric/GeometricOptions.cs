using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Geometric;

/// <summary>Options of <see cref="GsaPlanner"/> and <see cref="GbaPlanner"/>.</summary>
public sealed record GeometricOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<GeometricOptions>> Keys { get; } =
    [
        Option.Whole<GeometricOptions>(
            "first-tokens", 1, 1_000_000, options => options.FirstTokens, (options, tokens) => options with { FirstTokens = tokens },
            "longest output of the first phase"),
        Option.Number<GeometricOptions>(
            "growth", Interval.Below(1.1, 1_000), options => options.Growth, (options, growth) => options with { Growth = growth },
            "how many times longer the outputs of each phase are than those of the one before"),
        Option.Flag<GeometricOptions>(
            "staggers", options => options.Staggers, (options, staggers) => options with { Staggers = staggers },
            "whether starts are apart, so that the memory of all together stays level"),
    ];

    /// <summary>Longest output of the first phase, in tokens, at least 1.</summary>
    public int FirstTokens { get; init; } = 16;

    /// <summary>How many times longer the outputs of each phase are than those of the one before, from 1.1, below 1000.</summary>
    public double Growth { get; init; } = 2;

    /// <summary>Whether starts are apart by what each takes of the pool's token-rounds, so that the memory of all stays level.</summary>
    public bool Staggers { get; init; } = true;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstTokens, 1);
        if (Growth is >= 1.1 and < 1_000) return;
        throw new ArgumentOutOfRangeException(nameof(Growth), Growth, "The growth of phases is at least 1.1 and below 1000.");
    }

    /// <summary>The first phase in which an output of so many tokens ends, and the longest output of that phase.</summary>
    internal (int Phase, int Tokens) PhaseOf(int tokens)
    {
        var (phase, end) = (0, (double)FirstTokens);
        for (; end < tokens; phase++) end = Math.Max(Math.Floor(end * Growth), end + 1);
        return (phase, (int)Math.Min(end, int.MaxValue));
    }
}
