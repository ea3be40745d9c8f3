using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>Options of <see cref="VtcPlanner"/>.</summary>
public sealed record VtcOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<VtcOptions>> Keys { get; } =
    [
        Option.Number<VtcOptions>(
            "prompt-weight", Interval.Above(0, 1_000), options => options.PromptWeight,
            (options, weight) => options with { PromptWeight = weight }, "service of a prompt token"),
        Option.Number<VtcOptions>(
            "token-weight", Interval.Above(0, 1_000), options => options.TokenWeight,
            (options, weight) => options with { TokenWeight = weight }, "service of a generated token"),
        Option.Flag<VtcOptions>(
            "lift", options => options.Lifts, (options, lifts) => options with { Lifts = lifts },
            "whether a tenant that begins to wait is lifted to the others; without it who was away has saved up"),
    ];

    /// <summary>Service of a prompt token, above 0.</summary>
    public double PromptWeight { get; init; } = 1;

    /// <summary>Service of a generated token, above 0.</summary>
    public double TokenWeight { get; init; } = 2;

    /// <summary>Whether a tenant that begins to wait is lifted to the others.</summary>
    public bool Lifts { get; init; } = true;
}
