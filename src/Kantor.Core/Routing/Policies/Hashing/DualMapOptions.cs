using Kantor.Core.Catalogue;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Hashing;

/// <summary>Options of <see cref="DualMapRouter"/>.</summary>
public sealed record DualMapOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<DualMapOptions>> Keys { get; } =
    [
        Option.Whole<DualMapOptions>(
            "ttft-ms", 1, 100_000_000, options => options.TtftMs, (options, ms) => options with { TtftMs = ms },
            "objective of the first token where the class of a request has none"),
        Option.Flag<DualMapOptions>(
            "gate", options => options.Gate, (options, gate) => options with { Gate = gate },
            "whether cached tokens decide while the objective is kept, rather than the earlier first token of the two"),
        Option.Whole<DualMapOptions>(
            "block-tokens", 1, 1_000_000, options => options.BlockTokens, (options, tokens) => options with { BlockTokens = tokens },
            "tokens of a block of the beginning; whole keys of a trace"),
        Option.Whole<DualMapOptions>(
            "key-blocks", 1, 1_000, options => options.KeyBlocks, (options, blocks) => options with { KeyBlocks = blocks },
            "blocks of the shortest beginning; hot ones are doubled up to seven times"),
        Option.Whole<DualMapOptions>(
            "window", 1, 100_000, options => options.Window, (options, requests) => options with { Window = requests },
            "last requests by which beginnings are hot"),
        PromptQueue.SentKey<DualMapOptions>(options => options.CountsSent, (options, counts) => options with { CountsSent = counts }),
        Option.Whole<DualMapOptions>(
            "points", 1, 10_000, options => options.Points, (options, points) => options with { Points = points },
            "points of a replica on the ring"),
    ];

    /// <summary>Objective of the first token where the class of a request has none, in milliseconds, at least 1.</summary>
    public int TtftMs { get; init; } = 5_000;

    /// <summary>Whether cached tokens decide while the objective is kept, rather than the earlier first token of the two.</summary>
    public bool Gate { get; init; } = true;

    /// <summary>Tokens of a block of the beginning, at least 1.</summary>
    public int BlockTokens { get; init; } = 512;

    /// <summary>Blocks of the shortest beginning, at least 1.</summary>
    public int KeyBlocks { get; init; } = 2;

    /// <summary>Last requests by which beginnings are hot, at least 1.</summary>
    public int Window { get; init; } = 1_000;

    /// <summary>Whether prompts sent since the last report count as waiting.</summary>
    public bool CountsSent { get; init; } = true;

    /// <summary>Points of a replica on the ring, at least 1.</summary>
    public int Points { get; init; } = 64;

    /// <summary>Without the gate the objective plays no part.</summary>
    public static OptionFault? Contradiction(DualMapOptions options, PolicySpec written) => !options.Gate && written.Has("ttft-ms")
        ? new OptionFault("ttft-ms", "has no meaning when gate is false; leave one of the two.", HasNoEffect: true)
        : null;
}
