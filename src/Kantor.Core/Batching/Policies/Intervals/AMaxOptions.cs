using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Intervals;

/// <summary>Options of <see cref="AMaxPlanner"/>.</summary>
public sealed record AMaxOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<AMaxOptions>> Keys { get; } =
    [
        Option.Flag<AMaxOptions>(
            "declared", options => options.IsDeclared, (options, declared) => options with { IsDeclared = declared },
            "whether the upper end of the interval is the declared limit, rather than the upper belief"),
    ];

    /// <summary>Whether the upper end of the interval is the declared limit, which always holds, rather than the upper belief.</summary>
    public bool IsDeclared { get; init; } = true;
}
