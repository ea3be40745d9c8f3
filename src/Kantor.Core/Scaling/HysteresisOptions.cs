using Kantor.Core.Catalogue;

namespace Kantor.Core.Scaling;

/// <summary>When an autoscaler follows its load and when it waits.</summary>
public sealed record HysteresisOptions
{
    /// <summary>Share by which the load may leave its target before anything is done, at least 0 and below 1.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>Evaluations in a row that have to agree before replicas are asked for, at least 1: a single one may be chance.</summary>
    public int ScaleOutAfter { get; init; } = 3;

    /// <summary>Evaluations in a row that have to agree before a replica is given up, at least 1.</summary>
    public int ScaleInAfter { get; init; } = 10;

    /// <summary>The options as they are written, of a record that holds them.</summary>
    internal static IReadOnlyList<OptionKey<T>> KeysOf<T>(Func<T, HysteresisOptions> read, Func<T, HysteresisOptions, T> with)
        where T : class, new() =>
    [
        Option.Number<T>(
            "tolerance", Interval.Below(0, 1), options => read(options).Tolerance,
            (options, share) => with(options, read(options) with { Tolerance = share }), "share by which the load may leave its target"),
        Option.Whole<T>(
            "scale-out-after", 1, 1_000_000, options => read(options).ScaleOutAfter,
            (options, times) => with(options, read(options) with { ScaleOutAfter = times }),
            "evaluations in a row before replicas are asked for"),
        Option.Whole<T>(
            "scale-in-after", 1, 1_000_000, options => read(options).ScaleInAfter,
            (options, times) => with(options, read(options) with { ScaleInAfter = times }),
            "evaluations in a row before a replica is given up"),
    ];

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (Tolerance is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "The tolerance is at least 0 and below 1.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(ScaleOutAfter, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ScaleOutAfter, 1_000_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(ScaleInAfter, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ScaleInAfter, 1_000_000);
    }
}
