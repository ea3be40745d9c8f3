using Kantor.Core.Catalogue;

namespace Kantor.Core.Admission;

/// <summary>Options of <see cref="EarlyRejectionAdmission"/>.</summary>
public sealed record EarlyRejectionOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<EarlyRejectionOptions>> Keys { get; } =
    [
        Option.Number<EarlyRejectionOptions>(
            "load-max", Interval.Above(0, 100), options => options.LoadMax, (options, most) => options with { LoadMax = most },
            "predicted time over the objective, of first tokens and of gaps, above which a request is turned away"),
        Option.Flag<EarlyRejectionOptions>(
            "predicts", options => options.Predicts, (options, predicts) => options with { Predicts = predicts },
            "whether decodes are counted as they will be when the prompt is computed, rather than as they are"),
        Option.Whole<EarlyRejectionOptions>(
            "decode-ms", 1, 100_000_000, options => options.DecodeMs, (options, ms) => options with { DecodeMs = ms },
            "time for which every request is taken to decode"),
        LateOption.Key<EarlyRejectionOptions>(options => options.Late, (options, late) => options with { Late = late }),
    ];

    /// <summary>Predicted time over the objective above which a request is turned away, above 0.</summary>
    public double LoadMax { get; init; } = 1;

    /// <summary>Whether decodes are counted as they will be when the prompt is computed.</summary>
    public bool Predicts { get; init; } = true;

    /// <summary>Time for which every request is taken to decode, at least 1.</summary>
    public int DecodeMs { get; init; } = 10_000;

    /// <summary>What becomes of who is turned away.</summary>
    public LateFate Late { get; init; }

    /// <summary>How long requests decode plays no part when nothing is predicted.</summary>
    public static OptionFault? Contradiction(EarlyRejectionOptions options, PolicySpec written) =>
        !options.Predicts && written.Has("decode-ms")
        ? new OptionFault("decode-ms", "has no meaning when predicts is false; leave one of the two.", HasNoEffect: true)
        : null;
}
