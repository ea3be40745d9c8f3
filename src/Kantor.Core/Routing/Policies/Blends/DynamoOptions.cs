using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Blends;

/// <summary>Options of <see cref="DynamoRouter"/>; the usual values are the source's.</summary>
public sealed record DynamoOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<DynamoOptions>> Keys { get; } =
    [
        Option.Number<DynamoOptions>(
            "credit", Interval.Below(0, 1e6), options => options.Credit, (options, credit) => options with { Credit = credit },
            "weight of cached blocks"),
        Option.Number<DynamoOptions>(
            "decay", Interval.Below(0, 1e6), options => options.Decay, (options, decay) => options with { Decay = decay },
            "how fast cached blocks lose weight with the prompts that wait beyond the least loaded, in own prompts; 0 for not at all"),
        Option.Number<DynamoOptions>(
            "prefill-scale", Interval.Below(0, 1e6), options => options.PrefillScale,
            (options, scale) => options with { PrefillScale = scale }, "weight of prompt blocks to compute against KV blocks in use"),
        Option.Number<DynamoOptions>(
            "request-blocks", Interval.Below(0, 1e6), options => options.RequestBlocks,
            (options, blocks) => options with { RequestBlocks = blocks }, "blocks that each request counts as"),
        Option.Number<DynamoOptions>(
            "temperature", Interval.Below(0, 1e6), options => options.Temperature,
            (options, temperature) => options with { Temperature = temperature },
            "of the draw by softmax, as a share of the range of costs; 0 for the least cost"),
        Option.Whole<DynamoOptions>(
            "block-tokens", 1, 1_000_000, options => options.BlockTokens, (options, tokens) => options with { BlockTokens = tokens },
            "tokens of a block of the cost"),
    ];

    /// <summary>Weight of cached blocks, at least 0.</summary>
    public double Credit { get; init; } = 1;

    /// <summary>How fast cached blocks lose weight with the prompts that wait, at least 0.</summary>
    public double Decay { get; init; }

    /// <summary>Weight of prompt blocks to compute, at least 0.</summary>
    public double PrefillScale { get; init; } = 1;

    /// <summary>Blocks that each request counts as, at least 0.</summary>
    public double RequestBlocks { get; init; }

    /// <summary>Temperature of the draw, at least 0.</summary>
    public double Temperature { get; init; }

    /// <summary>Tokens of a block of the cost, at least 1.</summary>
    public int BlockTokens { get; init; } = 16;

    /// <summary>Without a weight for requests or a temperature, the size of a block only scales all costs.</summary>
    public static OptionFault? Contradiction(DynamoOptions options, PolicySpec written) =>
        options.RequestBlocks == 0 && written.Has("block-tokens")
        ? new OptionFault("block-tokens", "has no effect while request-blocks is 0: it scales all costs alike.", HasNoEffect: true)
        : null;
}
