using Kantor.Core.Catalogue;

namespace Kantor.Core.Retention;

/// <summary>Options of <see cref="GdsfRetention"/>.</summary>
public sealed record GdsfOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<GdsfOptions>> Keys { get; } =
    [
        Option.Word<GdsfOptions, GdsfCost>(
            "cost", [("recompute", GdsfCost.Recompute), ("one", GdsfCost.One)],
            options => options.Cost, (options, cost) => options with { Cost = cost }, "what a use of a block saves"),
    ];

    /// <summary>What a use of a block saves.</summary>
    public GdsfCost Cost { get; init; } = GdsfCost.Recompute;
}

/// <summary>What a use of a cached block saves.</summary>
public enum GdsfCost
{
    /// <summary>The time that computing the block takes after the tokens before it.</summary>
    Recompute,

    /// <summary>The same for every block: least frequently used with dynamic aging.</summary>
    One,
}
