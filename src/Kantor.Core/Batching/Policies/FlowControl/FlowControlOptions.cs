using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>Options of <see cref="FlowControlPlanner"/>.</summary>
public sealed record FlowControlOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<FlowControlOptions>> Keys { get; } =
    [
        Option.Number<FlowControlOptions>(
            "activations", Interval.Below(0, 1_000_000), options => options.Activations,
            (options, most) => options with { Activations = most },
            "requests of each class that start in a step, in the mean; 0 for as many as the memory share allows"),
        Option.Number<FlowControlOptions>(
            "memory-share", Interval.Above(0, 1), options => options.MemoryShare, (options, share) => options with { MemoryShare = share },
            "share of the pool's token-rounds that the classes divide, where activations is 0"),
    ];

    /// <summary>Requests of each class that start in a step, in the mean, at least 0; 0 for as many as the memory share allows.</summary>
    public double Activations { get; init; }

    /// <summary>Share of the pool's token-rounds that the classes divide evenly, above 0 and at most 1.</summary>
    public double MemoryShare { get; init; } = 1;

    /// <summary>A share beside a budget.</summary>
    public static OptionFault? Contradiction(FlowControlOptions options, PolicySpec written) =>
        options.Activations > 0 && written.Has("memory-share")
            ? new OptionFault("memory-share", "has no meaning beside activations; leave one of the two.", HasNoEffect: true)
            : null;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Activations);
        if (MemoryShare is > 0 and <= 1) return;
        throw new ArgumentOutOfRangeException(nameof(MemoryShare), MemoryShare, "A share of memory is above 0 and at most 1.");
    }
}
