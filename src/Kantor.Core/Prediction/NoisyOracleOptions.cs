using Kantor.Core.Catalogue;

namespace Kantor.Core.Prediction;

/// <summary>Options of <see cref="NoisyOracle"/>.</summary>
public sealed record NoisyOracleOptions
{
    private static readonly (string, OracleKind)[] Kinds = [("point", OracleKind.Point), ("interval", OracleKind.Interval)];

    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<NoisyOracleOptions>> Keys { get; } =
    [
        Option.Number<NoisyOracleOptions>(
            "noise", Interval.Below(0, 10), options => options.Noise, (options, noise) => options with { Noise = noise },
            "deviation of the belief's logarithm, or, of intervals, by how much the upper end exceeds the lower"),
        Option.Word<NoisyOracleOptions, OracleKind>(
            "kind", Kinds, options => options.Kind, (options, kind) => options with { Kind = kind },
            "a number, or an interval that holds it"),
        Option.Whole<NoisyOracleOptions>(
            "seed", 0, int.MaxValue, options => options.Seed, (options, seed) => options with { Seed = seed }, "seed of the noise"),
    ];

    /// <summary>
    /// Deviation of the belief's logarithm; of intervals the share by which the upper end exceeds the lower. At least 0; 0 is the truth.
    /// </summary>
    public double Noise { get; init; }

    /// <summary>What is told of the truth.</summary>
    public OracleKind Kind { get; init; }

    /// <summary>Seed of the noise, at least 0.</summary>
    public int Seed { get; init; }
}

/// <summary>What an oracle tells of the truth.</summary>
public enum OracleKind
{
    /// <summary>A number whose median is the truth.</summary>
    Point,

    /// <summary>An interval that holds it, anywhere in it with the same chance by logarithm.</summary>
    Interval,
}
