using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Priced;

/// <summary>Options of <see cref="BidPriceRouter"/>.</summary>
public sealed record BidPriceOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<BidPriceOptions>> Keys { get; } =
    [
        Option.Whole<BidPriceOptions>(
            "slots", 1, 1_000_000, options => options.Slots, (options, slots) => options with { Slots = slots },
            "requests of a replica from which on a slot is scarce"),
        Option.Number<BidPriceOptions>(
            "kv-share", Interval.Above(0, 1), options => options.KvShare, (options, share) => options with { KvShare = share },
            "share of a replica's KV from which on KV is scarce"),
        Option.Number<BidPriceOptions>(
            "gain-ms", Interval.Above(0, 1e9), options => options.GainMs, (options, ms) => options with { GainMs = ms },
            "by how much the price of all slots, or all KV, of a moment rises in a second when twice as much is wanted as there is"),
        Option.Whole<BidPriceOptions>(
            "moment-ms", 1, 100_000, options => options.MomentMs, (options, ms) => options with { MomentMs = ms },
            "length of a moment; prices are those of the next 16"),
    ];

    /// <summary>Requests of a replica from which on a slot is scarce, at least 1.</summary>
    public int Slots { get; init; } = 64;

    /// <summary>Share of a replica's KV from which on KV is scarce, above 0, at most 1.</summary>
    public double KvShare { get; init; } = 0.9;

    /// <summary>Rise of a price in a second when twice as much is wanted as there is, in milliseconds, above 0.</summary>
    public double GainMs { get; init; } = 1_000;

    /// <summary>Length of a moment in milliseconds, at least 1.</summary>
    public int MomentMs { get; init; } = 500;
}
