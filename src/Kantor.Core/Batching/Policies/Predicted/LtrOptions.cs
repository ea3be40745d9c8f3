using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>Options of <see cref="LtrPlanner"/>.</summary>
public sealed record LtrOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<LtrOptions>> Keys { get; } =
    [
        Option.Whole<LtrOptions>(
            "starve-steps", 1, 100_000_000, options => options.StarveSteps, (options, steps) => options with { StarveSteps = steps },
            "steps without being served after which a request goes before all others"),
        Option.Whole<LtrOptions>(
            "period-steps", 1, 100_000_000, options => options.PeriodSteps, (options, steps) => options with { PeriodSteps = steps },
            "steps for which it then keeps that place while it runs"),
    ];

    /// <summary>Steps without being served after which a request goes before all others, at least 1.</summary>
    public int StarveSteps { get; init; } = 256;

    /// <summary>Steps for which it then keeps that place while it runs, at least 1.</summary>
    public int PeriodSteps { get; init; } = 64;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(StarveSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PeriodSteps, 1);
    }
}
