using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Barrier;

/// <summary>Options of <see cref="BfIoRouter"/>; weights are those of its authors' code.</summary>
public sealed record BfIoOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<BfIoOptions>> Keys { get; } =
    [
        Option.WholeOrNone<BfIoOptions>(
            "slots", 1, 1_000_000, options => options.Slots, (options, slots) => options with { Slots = slots },
            "requests of a replica from which on others wait at the router; none for no limit"),
        Option.Number<BfIoOptions>(
            "overflow-weight", Interval.Below(0, 1e6), options => options.OverflowWeight,
            (options, weight) => options with { OverflowWeight = weight }, "weight of tokens above the fullest replica"),
        Option.Number<BfIoOptions>(
            "decay", Interval.Above(0, 1), options => options.Decay, (options, decay) => options with { Decay = decay },
            "weight of a moment relative to the one before"),
        Option.Whole<BfIoOptions>(
            "moments", 1, 72, options => options.Moments, (options, moments) => options with { Moments = moments },
            "moments that are looked ahead, the present one among them"),
        Option.Whole<BfIoOptions>(
            "moment-ms", 1, 100_000, options => options.MomentMs, (options, ms) => options with { MomentMs = ms },
            "length of a moment; about a step"),
    ];

    /// <summary>Requests of a replica from which on others wait at the router, at least 1; null for no limit.</summary>
    public int? Slots { get; init; }

    /// <summary>Weight of tokens above the fullest replica, at least 0.</summary>
    public double OverflowWeight { get; init; } = 43;

    /// <summary>Weight of a moment relative to the one before, above 0, at most 1.</summary>
    public double Decay { get; init; } = 0.86;

    /// <summary>Moments that are looked ahead, 1 to 72.</summary>
    public int Moments { get; init; } = 16;

    /// <summary>Length of a moment in milliseconds, at least 1.</summary>
    public int MomentMs { get; init; } = 30;
}
