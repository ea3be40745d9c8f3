using Kantor.Core.Catalogue;

namespace Kantor.Core.Scaling;

/// <summary>Options of <see cref="RequestsPerReplicaScaler"/>.</summary>
public sealed record RequestsPerReplicaOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<RequestsPerReplicaOptions>> Keys { get; } =
    [
        Option.Number<RequestsPerReplicaOptions>(
            "target", Interval.Above(0, 1_000_000), options => options.Target, (options, target) => options with { Target = target },
            "requests per replica, waiting and running"),
        .. HysteresisOptions.KeysOf<RequestsPerReplicaOptions>(
            options => options.Hysteresis, (options, hysteresis) => options with { Hysteresis = hysteresis }),
    ];

    /// <summary>What is aimed at: requests per replica, waiting and running.</summary>
    public double Target { get; init; } = 32;

    /// <summary>When the load is followed and when it is waited for.</summary>
    public HysteresisOptions Hysteresis { get; init; } = new();
}
