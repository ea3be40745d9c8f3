using Kantor.Core.Catalogue;

namespace Kantor.Core.Prediction;

/// <summary>Options of <see cref="ConstantLengthPredictor"/>.</summary>
public sealed record ConstantLengthOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<ConstantLengthOptions>> Keys { get; } =
    [
        Option.Whole<ConstantLengthOptions>(
            "tokens", 1, 100_000_000, options => options.Tokens, (options, tokens) => options with { Tokens = tokens },
            "believed output of every request"),
    ];

    /// <summary>Believed output in tokens, at least 1.</summary>
    public int Tokens { get; init; } = 256;
}
