using System.Globalization;

namespace Kantor.Core.Catalogue;

/// <summary>The numbers that an option may have.</summary>
public sealed class Interval
{
    private readonly string _words;
    private readonly Func<double, bool> _holds;

    private Interval(string words, Func<double, bool> holds) => (_words, _holds) = (words, holds);

    /// <summary>Above a bound, up to and with another.</summary>
    public static Interval Above(double bound, double max) =>
        new($"a number above {Plain(bound)}, at most {Plain(max)}", value => value > bound && value <= max);

    /// <summary>From a bound on, below another.</summary>
    public static Interval Below(double min, double bound) =>
        new($"a number from {Plain(min)}, below {Plain(bound)}", value => value >= min && value < bound);

    /// <summary>Strictly between two bounds.</summary>
    public static Interval Between(double above, double below) =>
        new($"a number above {Plain(above)} and below {Plain(below)}", value => value > above && value < below);

    /// <summary>The number of a text; false when it is none or not one of these.</summary>
    public bool TryRead(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value) && _holds(value);

    /// <summary>In words, as it follows "it must be".</summary>
    public override string ToString() => _words;

    /// <summary>A number as a person writes it.</summary>
    public static string Plain(double number) => number.ToString("0.############", CultureInfo.InvariantCulture);
}
