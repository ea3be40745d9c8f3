using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>Options of <see cref="FastServePlanner"/>.</summary>
public sealed record FastServeOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<FastServeOptions>> Keys { get; } =
    [
        Option.Number<FastServeOptions>(
            "quantum-ms", Interval.Above(0, 1_000_000), options => options.QuantumMs, (options, ms) => options with { QuantumMs = ms },
            "service that a request gets in the first queue"),
        Option.Number<FastServeOptions>(
            "prefill-us-per-token", Interval.Above(0, 1_000_000), options => options.PrefillUsPerToken,
            (options, us) => options with { PrefillUsPerToken = us }, "time that a prompt takes by its tokens, as profiled"),
        Option.Number<FastServeOptions>(
            "growth", Interval.Below(1.1, 1_000), options => options.Growth, (options, growth) => options with { Growth = growth },
            "how many times more service each queue gives than the one before"),
        Option.WholeOrNone<FastServeOptions>(
            "promote-ms", 1, 1_000_000, options => options.PromoteMs, (options, ms) => options with { PromoteMs = ms },
            "wait without service after which a request goes back to the first queue; none for never"),
        Option.Flag<FastServeOptions>(
            "skip-join", options => options.SkipJoin, (options, skips) => options with { SkipJoin = skips },
            "whether a request joins the first queue whose quantum covers its prompt, rather than the first"),
    ];

    /// <summary>Service that a request gets in the first queue, in milliseconds, above 0.</summary>
    public double QuantumMs { get; init; } = 10;

    /// <summary>
    /// Time that a prompt takes by its tokens, in microseconds, above 0: the source profiles the engine beforehand.
    /// </summary>
    public double PrefillUsPerToken { get; init; } = 100;

    /// <summary>How many times more service each queue gives than the one before, from 1.1, below 1000.</summary>
    public double Growth { get; init; } = 2;

    /// <summary>Wait without service after which a request goes back to the first queue, in milliseconds; null for never.</summary>
    public int? PromoteMs { get; init; } = 3_000;

    /// <summary>Whether a request joins the first queue whose quantum covers its prompt.</summary>
    public bool SkipJoin { get; init; } = true;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(QuantumMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PrefillUsPerToken);
        if (PromoteMs is { } ms) ArgumentOutOfRangeException.ThrowIfLessThan(ms, 1, nameof(PromoteMs));
        if (Growth is >= 1.1 and < 1_000) return;
        throw new ArgumentOutOfRangeException(nameof(Growth), Growth, "The growth of quanta is at least 1.1 and below 1000.");
    }

    /// <summary>Quantum of a queue, in microseconds.</summary>
    internal double QuantumUs(int level) => 1_000 * QuantumMs * Math.Pow(Growth, level);
}
