using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Adapters;

/// <summary>Options of <see cref="DLoraRouter"/>.</summary>
public sealed record DLoraOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<DLoraOptions>> Keys { get; } =
    [
        Option.Whole<DLoraOptions>(
            "batch", 1, 1_000_000, options => options.Batch, (options, batch) => options with { Batch = batch },
            "requests of a full batch"),
        Option.Number<DLoraOptions>(
            "load-ms", Interval.Below(0, 1e9), options => options.LoadMs, (options, ms) => options with { LoadMs = ms },
            "time to load an adapter; a second counts as a cost of 1"),
    ];

    /// <summary>Requests of a full batch, at least 1.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>Time to load an adapter in milliseconds, at least 0: about 0.1 GB at 32 GB/s, with what is around it.</summary>
    public double LoadMs { get; init; } = 300;
}
