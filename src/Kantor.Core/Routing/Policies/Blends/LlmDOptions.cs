using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Blends;

/// <summary>Options of <see cref="LlmDRouter"/>; the usual weights are those of its default profile, as recalled.</summary>
public sealed record LlmDOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<LlmDOptions>> Keys { get; } =
    [
        Option.Number<LlmDOptions>(
            "queue-weight", Interval.Below(0, 1e6), options => options.QueueWeight,
            (options, weight) => options with { QueueWeight = weight }, "weight of an empty queue"),
        Option.Number<LlmDOptions>(
            "kv-weight", Interval.Below(0, 1e6), options => options.KvWeight, (options, weight) => options with { KvWeight = weight },
            "weight of free KV"),
        Option.Number<LlmDOptions>(
            "prefix-weight", Interval.Below(0, 1e6), options => options.PrefixWeight,
            (options, weight) => options with { PrefixWeight = weight }, "weight of the cached share of the prompt"),
    ];

    /// <summary>Weight of an empty queue, at least 0.</summary>
    public double QueueWeight { get; init; } = 2;

    /// <summary>Weight of free KV, at least 0.</summary>
    public double KvWeight { get; init; } = 2;

    /// <summary>Weight of the cached share of the prompt, at least 0.</summary>
    public double PrefixWeight { get; init; } = 3;
}
