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

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (Tolerance is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "The tolerance is at least 0 and below 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(ScaleOutAfter, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ScaleOutAfter, 1_000_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(ScaleInAfter, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ScaleInAfter, 1_000_000);
    }
}
