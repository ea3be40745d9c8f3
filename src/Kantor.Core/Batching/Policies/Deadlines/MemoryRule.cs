using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>How much KV an admission leaves to those who run.</summary>
public sealed record MemoryRule
{
    internal const string WatermarkHelp = "share of the pool that an admission leaves free";
    internal const string ForesightHelp =
        "whether an admission leaves to all who run what they will still hold over their lives, as believed: not asked, by the mean "
        + "belief, or by the upper one";

    internal static readonly (string, Foresight)[] ForesightWords =
        [("none", Foresight.None), ("mean", Foresight.Mean), ("upper", Foresight.Upper)];

    /// <summary>Share of the pool that an admission leaves free, at least 0 and below 1.</summary>
    public double Watermark { get; init; } = 0.01;

    /// <summary>Whether what rows will still hold is asked for.</summary>
    public Foresight Foresight { get; init; }

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
