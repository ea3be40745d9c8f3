using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Lookahead;

/// <summary>Options of <see cref="LpGuidedPlanner"/>.</summary>
public sealed record LpGuidedOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<LpGuidedOptions>> Keys { get; } =
    [
        Option.Whole<LpGuidedOptions>(
            "window", 1, 128, options => options.Window, (options, most) => options with { Window = most },
            "requests, those of the least volume, that are put in order together"),
        Option.Whole<LpGuidedOptions>(
            "rounds", 1, 10_000, options => options.Rounds, (options, rounds) => options with { Rounds = rounds },
            "price changes in which the relaxation is solved; it nears its optimum with them"),
        Option.Flag<LpGuidedOptions>(
            "plans-for-upper-belief", options => options.PlansForUpperBelief,
            (options, upper) => options with { PlansForUpperBelief = upper },
            "whether the upper belief about a length is taken for the length, rather than the mean"),
    ];

    /// <summary>Requests that are put in order together, 1 to 128.</summary>
    public int Window { get; init; } = 32;

    /// <summary>Price changes in which the relaxation is solved, 1 to 10,000.</summary>
    public int Rounds { get; init; } = 100;

    /// <summary>Whether the upper belief about a length is taken for the length, rather than the mean.</summary>
    public bool PlansForUpperBelief { get; init; }

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Window, 128);
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Rounds, 10_000);
    }
}
