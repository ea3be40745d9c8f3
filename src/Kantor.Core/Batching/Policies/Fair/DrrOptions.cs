using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>Options of <see cref="DrrPlanner"/>.</summary>
public sealed record DrrOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<DrrOptions>> Keys { get; } =
    [
        Option.Whole<DrrOptions>(
            "quantum", 1, 100_000_000, options => options.Quantum, (options, service) => options with { Quantum = service },
            "service that a tenant may have more whenever nobody who waits may have any"),
        Option.Number<DrrOptions>(
            "token-weight", Interval.Above(0, 1_000), options => options.TokenWeight,
            (options, weight) => options with { TokenWeight = weight }, "service of a generated token; a prompt token counts one"),
    ];

    /// <summary>Service that a tenant may have more in each round, at least 1.</summary>
    public int Quantum { get; init; } = 1_000;

    /// <summary>Service of a generated token, above 0.</summary>
    public double TokenWeight { get; init; } = 2;
}
