using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Lookahead;

/// <summary>How <see cref="SortedFPlanner"/> finds a batch in a queue that is too long for the exact one.</summary>
public enum BatchSearch
{
    /// <summary>The shortest within a quantile of peaks.</summary>
    Greedy,

    /// <summary>Then members added, dropped and exchanged.</summary>
    Local,
}

/// <summary>Options of <see cref="SortedFPlanner"/>.</summary>
public sealed record SortedFOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SortedFOptions>> Keys { get; } =
    [
        Option.Whole<SortedFOptions>(
            "exact-max", 0, DenseBatches.ExactMax, options => options.ExactMax, (options, most) => options with { ExactMax = most },
            "longest queue of which the best batch is found exactly"),
        Option.Word<SortedFOptions, BatchSearch>(
            "search", [("greedy", BatchSearch.Greedy), ("local", BatchSearch.Local)], options => options.Search,
            (options, search) => options with { Search = search }, "how a batch of a longer queue is found"),
        Option.Flag<SortedFOptions>(
            "plans-for-upper-belief", options => options.PlansForUpperBelief,
            (options, upper) => options with { PlansForUpperBelief = upper },
            "whether the upper belief about a length is taken for the length, rather than the mean"),
    ];

    /// <summary>Longest queue of which the best batch is found exactly, 0 to 16.</summary>
    public int ExactMax { get; init; } = 12;

    /// <summary>How a batch of a longer queue is found.</summary>
    public BatchSearch Search { get; init; } = BatchSearch.Local;

    /// <summary>Whether the upper belief about a length is taken for the length, rather than the mean.</summary>
    public bool PlansForUpperBelief { get; init; }

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ExactMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ExactMax, DenseBatches.ExactMax);
    }
}
