using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>Options of <see cref="BlindFlowPlanner"/>.</summary>
public sealed record BlindFlowOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<BlindFlowOptions>> Keys { get; } =
    [
        Option.Number<BlindFlowOptions>(
            "activations", Interval.Above(0, 1_000_000), options => options.Activations,
            (options, mean) => options with { Activations = mean },
            "requests that start in a step, in the mean; a fraction is drawn"),
        Option.Whole<BlindFlowOptions>(
            "seed", 0, 1_000_000_000, options => options.Seed, (options, seed) => options with { Seed = seed },
            "seed of the fractions that are drawn"),
    ];

    /// <summary>Requests that start in a step, in the mean, above 0; a fraction is drawn in each step.</summary>
    public double Activations { get; init; } = 0.5;

    /// <summary>Seed of the fractions, at least 0.</summary>
    public int Seed { get; init; }

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Activations);
        ArgumentOutOfRangeException.ThrowIfNegative(Seed);
    }
}
