using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Load;

/// <summary>Options of <see cref="TtftAwareRouter"/>; the usual values are the source's.</summary>
public sealed record TtftAwareOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<TtftAwareOptions>> Keys { get; } =
    [
        Option.Number<TtftAwareOptions>(
            "queue-weight", Interval.Between(0, 1), options => options.QueueWeight,
            (options, weight) => options with { QueueWeight = weight }, "weight of the wait; the rest is that of the own prompt"),
        Option.Number<TtftAwareOptions>(
            "task-ms", Interval.Above(0, 1e6), options => options.TaskMs, (options, ms) => options with { TaskMs = ms },
            "time that each request before it takes"),
        Option.Number<TtftAwareOptions>(
            "token-ms", Interval.Above(0, 1e6), options => options.TokenMs, (options, ms) => options with { TokenMs = ms },
            "time of a prompt token"),
        Option.Flag<TtftAwareOptions>(
            "counts-hits", options => options.CountsHits, (options, counts) => options with { CountsHits = counts },
            "whether only what is not cached at a replica is computed there, which the source does not ask"),
    ];

    /// <summary>Weight of the wait, above 0 and below 1.</summary>
    public double QueueWeight { get; init; } = 0.6;

    /// <summary>Time that each request before it takes, above 0.</summary>
    public double TaskMs { get; init; } = 100;

    /// <summary>Time of a prompt token, above 0.</summary>
    public double TokenMs { get; init; } = 0.5;

    /// <summary>Whether only what is not cached at a replica is computed there.</summary>
    public bool CountsHits { get; init; }

    /// <summary>Weights of what is the same everywhere decide nothing.</summary>
    public static OptionFault? Contradiction(TtftAwareOptions options, PolicySpec written)
    {
        if (options.CountsHits) return null;
        foreach (var key in (string[])["queue-weight", "task-ms", "token-ms"])
        {
            if (!written.Has(key)) continue;
            return new OptionFault(
                key, "has no effect unless counts-hits is true: the prompt takes as long everywhere.", HasNoEffect: true);
        }

        return null;
    }
}
