using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Barrier;

/// <summary>Options of <see cref="BalanceRouteRouter"/>.</summary>
public sealed record BalanceRouteOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<BalanceRouteOptions>> Keys { get; } =
    [
        Option.Whole<BalanceRouteOptions>(
            "moments", 1, 72, options => options.Moments, (options, moments) => options with { Moments = moments },
            "moments that are looked ahead, the present one among them; 1 is BR-0, more are BR-H"),
        Option.Whole<BalanceRouteOptions>(
            "moment-ms", 1, 100_000, options => options.MomentMs, (options, ms) => options with { MomentMs = ms }, "length of a moment"),
        Option.Number<BalanceRouteOptions>(
            "decay", Interval.Above(0, 1), options => options.Decay, (options, decay) => options with { Decay = decay },
            "weight of a moment relative to the one before"),
    ];

    /// <summary>Moments that are looked ahead, 1 to 72.</summary>
    public int Moments { get; init; } = 1;

    /// <summary>Length of a moment in milliseconds, at least 1.</summary>
    public int MomentMs { get; init; } = 100;

    /// <summary>Weight of a moment relative to the one before, above 0, at most 1.</summary>
    public double Decay { get; init; } = 0.9;

    /// <summary>One moment has neither length nor a next one.</summary>
    public static OptionFault? Contradiction(BalanceRouteOptions options, PolicySpec written)
    {
        if (options.Moments > 1) return null;
        foreach (var key in (string[])["moment-ms", "decay"])
        {
            if (written.Has(key)) return new OptionFault(key, "has no effect while moments is 1.", HasNoEffect: true);
        }

        return null;
    }
}
