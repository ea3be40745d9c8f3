using Kantor.Core.Catalogue;

namespace Kantor.Core.Scaling;

/// <summary>Options of <see cref="KvShareScaler"/>.</summary>
public sealed record KvShareOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<KvShareOptions>> Keys { get; } =
    [
        Option.Number<KvShareOptions>(
            "target", Interval.Above(0, 1), options => options.Target, (options, target) => options with { Target = target },
            "share of KV blocks in use"),
        .. HysteresisOptions.KeysOf<KvShareOptions>(
            options => options.Hysteresis, (options, hysteresis) => options with { Hysteresis = hysteresis }),
    ];

    /// <summary>What is aimed at: share of KV blocks in use.</summary>
    public double Target { get; init; } = 0.6;

    /// <summary>When the load is followed and when it is waited for.</summary>
    public HysteresisOptions Hysteresis { get; init; } = new();
}
