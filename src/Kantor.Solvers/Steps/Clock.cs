namespace Kantor.Solvers.Steps;

/// <summary>Whole units of time for a solver of whole numbers: microseconds where all durations are whole, and nanoseconds else.</summary>
/// <param name="UnitsPerUs">Units in a microsecond.</param>
internal readonly record struct Clock(long UnitsPerUs)
{
    /// <summary>The clock for these durations.</summary>
    public static Clock For(IEnumerable<double> durationsUs) => new(durationsUs.All(double.IsInteger) ? 1 : 1_000);

    /// <summary>Nearest number of units.</summary>
    public long Units(double us) => checked((long)Math.Round(us * UnitsPerUs));

    /// <summary>Microseconds of so many units.</summary>
    public double Us(long units) => (double)units / UnitsPerUs;
}
