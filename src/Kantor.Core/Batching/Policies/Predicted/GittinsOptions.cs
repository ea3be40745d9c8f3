using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>Options of <see cref="GittinsPlanner"/>.</summary>
public sealed record GittinsOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<GittinsOptions>> Keys { get; } =
    [
        Option.Flag<GittinsOptions>(
            "memory-aware", options => options.MemoryAware, (options, aware) => options with { MemoryAware = aware },
            "whether service counts in KV token-rounds, rather than in tokens"),
        Option.Flag<GittinsOptions>(
            "preempts", options => options.Preempts, (options, preempts) => options with { Preempts = preempts },
            "whether who runs gives way to who waits"),
    ];

    /// <summary>Whether service counts in KV token-rounds, rather than in tokens.</summary>
    public bool MemoryAware { get; init; }

    /// <summary>Whether who runs gives way to who waits.</summary>
    public bool Preempts { get; init; }
}
