namespace Kantor.Core.Prediction;

/// <summary>Options of <see cref="ClassQuantilePredictor"/>.</summary>
public sealed record ClassQuantileOptions
{
    /// <summary>Share of outputs that do not exceed the upper belief, above 0 and below 1.</summary>
    public double Quantile { get; init; } = 0.9;

    /// <summary>Finished requests of a class that are remembered, at least 1; the oldest is forgotten.</summary>
    public int WindowMax { get; init; } = 512;

    /// <summary>Finished requests of a class before they are believed, 1 to <see cref="WindowMax"/>.</summary>
    public int ObservationsMin { get; init; } = 8;

    /// <summary>Believed output before that, at least 1.</summary>
    public int PriorTokens { get; init; } = 256;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (!(Quantile is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(Quantile), Quantile, "The quantile is above 0 and below 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(WindowMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ObservationsMin, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ObservationsMin, WindowMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(PriorTokens, 1);
    }
}
