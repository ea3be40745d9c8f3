using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>Options of <see cref="RadPlanner"/>.</summary>
public sealed record RadOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<RadOptions>> Keys { get; } =
    [
        Option.Whole<RadOptions>(
            "tile", 1, 1_000_000, options => options.Tile, (options, tokens) => options with { Tile = tokens },
            "tokens of a tile of the matrix products; a step of prompts holds whole tiles"),
        Option.Whole<RadOptions>(
            "decodes", 1, 1_000_000, options => options.Decodes, (options, rows) => options with { Decodes = rows },
            "decodes that fill a step; prompts go until so many decode"),
        WholePrompts.WatermarkKey<RadOptions>(options => options.Watermark, (options, share) => options with { Watermark = share }),
    ];

    /// <summary>Tokens of a tile of the matrix products, at least 1: the source's LCM(b_row, b_col, b_red).</summary>
    public int Tile { get; init; } = 128;

    /// <summary>Decodes that fill a step, at least 1: the source's b_col.</summary>
    public int Decodes { get; init; } = 128;

    /// <summary>Share of the pool that an admission leaves free, at least 0 and below 1.</summary>
    public double Watermark { get; init; } = 0.01;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Tile, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Decodes, 1);
        WholePrompts.ValidateWatermark(Watermark);
    }
}
