using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>How much KV an admission leaves to those who run.</summary>
public sealed record MemoryRule
{
    private const string ForesightHelp =
        "whether an admission leaves to all who run what they will still hold over their lives, as believed: not asked, by the mean "
        + "belief, or by the upper one";

    private static readonly (string, Foresight)[] ForesightWords =
        [("none", Foresight.None), ("mean", Foresight.Mean), ("upper", Foresight.Upper)];

    /// <summary>Share of the pool that an admission leaves free, at least 0 and below 1.</summary>
    public double Watermark { get; init; } = 0.01;

    /// <summary>Whether what rows will still hold is asked for.</summary>
    public Foresight Foresight { get; init; }

    /// <summary>The option of a policy that says what share of the pool stays free.</summary>
    internal static OptionKey<T> WatermarkKey<T>(Func<T, MemoryRule> read, Func<T, MemoryRule, T> with)
        where T : class, new() =>
        WholePrompts.WatermarkKey<T>(
            options => read(options).Watermark, (options, share) => with(options, read(options) with { Watermark = share }));

    /// <summary>The option of a policy that says whether what rows will still hold is asked for.</summary>
    internal static OptionKey<T> ForesightKey<T>(Func<T, MemoryRule> read, Func<T, MemoryRule, T> with)
        where T : class, new() =>
        Option.Word<T, Foresight>(
            "foresight", ForesightWords, options => read(options).Foresight,
            (options, foresight) => with(options, read(options) with { Foresight = foresight }), ForesightHelp);

    internal void Validate() => WholePrompts.ValidateWatermark(Watermark);
}

/// <summary>Which belief about lengths memory is planned for.</summary>
public enum Foresight
{
    /// <summary>None: only what is needed now counts.</summary>
    None,

    /// <summary>The mean belief.</summary>
    Mean,

    /// <summary>The upper belief.</summary>
    Upper,
}
