using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Arrival;

/// <summary>Options of <see cref="AlphaProtectionPlanner"/>.</summary>
public sealed record AlphaProtectionOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<AlphaProtectionOptions>> Keys { get; } =
    [
        Option.Number<AlphaProtectionOptions>(
            "protection", Interval.Between(0, 1), options => options.Protection, (options, share) => options with { Protection = share },
            "share of the pool that admissions leave free for growth"),
        Option.Number<AlphaProtectionOptions>(
            "clearing", Interval.Above(0, 1), options => options.Clearing, (options, share) => options with { Clearing = share },
            "probability with which each running request is cleared when KV runs out; 1 clears all"),
        Option.Whole<AlphaProtectionOptions>(
            "seed", 0, 1_000_000_000, options => options.Seed, (options, seed) => options with { Seed = seed },
            "seed of who is cleared"),
    ];

    /// <summary>Share of the pool that admissions leave free for growth, α, above 0 and below 1; the source tried 0.1 to 0.3.</summary>
    public double Protection { get; init; } = 0.2;

    /// <summary>Probability with which each running request is cleared when KV runs out, φ, above 0; 1 clears all.</summary>
    public double Clearing { get; init; } = 1;

    /// <summary>Seed of who is cleared, at least 0.</summary>
    public int Seed { get; init; }

    /// <summary>A seed where nothing is drawn.</summary>
    public static OptionFault? Contradiction(AlphaProtectionOptions options, PolicySpec written) =>
        options.Clearing >= 1 && written.Has("seed")
            ? new OptionFault("seed", "has no meaning when all are cleared; leave one of the two.", HasNoEffect: true)
            : null;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Seed);
        if (!(Protection is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Protection), Protection, "The protected share is above 0 and below 1.");
        }

        if (Clearing is > 0 and <= 1) return;
        throw new ArgumentOutOfRangeException(nameof(Clearing), Clearing, "A probability of clearing is above 0 and at most 1.");
    }
}
