using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Policies.Deadlines;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Priced;

/// <summary>Options of <see cref="PricedPlanner"/>: each switches a mechanism off, for comparison. Nothing is to be tuned.</summary>
public sealed record PricedOptions
{
    private const string DisplacesHelp =
        "whose KV a first token that would be late takes: nobody's, that of answers that are lost, or also that of rows with slack";

    private static readonly (string, DisplacedRows)[] DisplacedWords =
        [("none", DisplacedRows.None), ("lost", DisplacedRows.Lost), ("slack", DisplacedRows.Slack)];

    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<PricedOptions>> Keys { get; } =
    [
        Option.Flag<PricedOptions>(
            "kv-price", options => options.PricesKv, (options, prices) => options with { PricesKv = prices },
            "whether the KV that a request will hold counts in its cost while the pool binds"),
        Option.Flag<PricedOptions>(
            "victims", options => options.PricesVictims, (options, prices) => options with { PricesVictims = prices },
            "whether the row that loses the least value by KV freed gives way, or the newest"),
        Option.Word<PricedOptions, DisplacedRows>(
            "displaces", DisplacedWords, options => options.Displaces, (options, displaces) => options with { Displaces = displaces },
            DisplacesHelp),
        Option.Flag<PricedOptions>(
            "head-start", options => options.HeadStart, (options, starts) => options with { HeadStart = starts },
            "whether preempted requests go before all others, or stand by their keys"),
        StepRule.FollowsKey<PricedOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
        StepRule.ShareKey<PricedOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
        MemoryRule.ForesightKey<PricedOptions>(options => options.Memory, (options, memory) => options with { Memory = memory }),
        Option.Flag<PricedOptions>(
            "reserve-learns", options => options.ReserveLearns, (options, learns) => options with { ReserveLearns = learns },
            "whether the share of believed lives that KV is kept for follows what is lost by too little and by too much of it"),
        Option.Number<PricedOptions>(
            "patience-s", Interval.Above(0, 1_000_000), options => options.PatienceS,
            (options, seconds) => options with { PatienceS = seconds },
            "wait after which a request goes before all others, one at a time"),
    ];

    /// <summary>Whether KV counts in the cost of a request while the pool binds.</summary>
    public bool PricesKv { get; init; } = true;

    /// <summary>Whether who gives way is chosen by value lost.</summary>
    public bool PricesVictims { get; init; } = true;

    /// <summary>Whose KV first tokens that would be late take.</summary>
    public DisplacedRows Displaces { get; init; } = DisplacedRows.Lost;

    /// <summary>Whether preempted requests go before all others.</summary>
    public bool HeadStart { get; init; }

    /// <summary>How long steps may take.</summary>
    public StepRule Steps { get; init; } = new();

    /// <summary>How much KV an admission leaves.</summary>
    public MemoryRule Memory { get; init; } = new() { Foresight = Foresight.Mean };

    /// <summary>Whether the share of believed lives that KV is kept for is learned; all of them otherwise.</summary>
    public bool ReserveLearns { get; init; } = true;

    /// <summary>Wait after which a request goes before all others, one at a time, above 0.</summary>
    public double PatienceS { get; init; } = 600;

    /// <summary>A share of slacks that nobody looks at.</summary>
    public static OptionFault? Contradiction(PricedOptions options, PolicySpec written) =>
        options.Memory.Foresight == Foresight.None && written.Has("reserve-learns")
            ? new OptionFault("reserve-learns", "has no meaning when foresight is none; leave one of the two.", HasNoEffect: true)
            : options.Steps.Contradiction(written);

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        Steps.Validate();
        Memory.Validate();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PatienceS);
    }
}

/// <summary>Whose KV a first token that would be late takes.</summary>
public enum DisplacedRows
{
    /// <summary>Nobody's.</summary>
    None,

    /// <summary>That of rows whose answers are lost, or are not paid for.</summary>
    Lost,

    /// <summary>That of rows with slack enough to come back, too.</summary>
    Slack,
}
