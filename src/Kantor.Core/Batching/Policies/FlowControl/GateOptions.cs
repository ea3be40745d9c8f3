using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>What an answer earns (<see cref="GatePlanner"/>).</summary>
public enum GatePricing
{
    /// <summary>The value of its class, whatever its length.</summary>
    Answers,

    /// <summary>The value of its class for each token of prompt and answer.</summary>
    Tokens,
}

/// <summary>Options of <see cref="GatePlanner"/>.</summary>
public sealed record GateOptions
{
    private static readonly (string, GatePricing)[] Pricings = [("answers", GatePricing.Answers), ("tokens", GatePricing.Tokens)];

    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<GateOptions>> Keys { get; } =
    [
        Option.Word<GateOptions, GatePricing>(
            "pricing", Pricings, options => options.Pricing, (options, pricing) => options with { Pricing = pricing },
            "what the value of a class is paid for: an answer, or each token of prompt and answer"),
        Option.Number<GateOptions>(
            "headroom", Interval.Below(0, 10), options => options.Headroom, (options, share) => options with { Headroom = share },
            "by which share gates are wider than the optimal occupancy, so that queues before them become empty again"),
        Option.Whole<GateOptions>(
            "solve-steps", 1, 1_000_000, options => options.SolveSteps, (options, steps) => options with { SolveSteps = steps },
            "steps after which the optimal occupancy is found anew"),
        Option.Whole<GateOptions>(
            "patience-ms", 1, 1_000_000, options => options.PatienceMs, (options, ms) => options with { PatienceMs = ms },
            "wait after which a request starts although the gate of its class is closed"),
    ];

    /// <summary>What an answer earns.</summary>
    public GatePricing Pricing { get; init; }

    /// <summary>By which share gates are wider than the optimal occupancy, at least 0 and below 10.</summary>
    public double Headroom { get; init; } = 0.1;

    /// <summary>Steps after which the optimal occupancy is found anew, at least 1.</summary>
    public int SolveSteps { get; init; } = 64;

    /// <summary>Wait after which a request starts although the gate of its class is closed, in milliseconds, at least 1.</summary>
    public int PatienceMs { get; init; } = 10_000;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (!(Headroom is >= 0 and < 10)) throw new ArgumentOutOfRangeException(nameof(Headroom), Headroom, "It is at least 0, below 10.");
        ArgumentOutOfRangeException.ThrowIfLessThan(SolveSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PatienceMs, 1);
    }
}
