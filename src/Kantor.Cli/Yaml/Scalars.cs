using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Kantor.Cli.Yaml;

/// <summary>Shapes of single values.</summary>
internal static class Scalars
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Name, double Us)[] TimeUnits = [("h", 3.6e9), ("min", 6e7), ("s", 1e6), ("ms", 1e3), ("us", 1)];

    /// <summary>A text that is not empty.</summary>
    public static Shape<string> Text(string allowed) =>
        new ScalarShape<string>(allowed, static (text, [MaybeNullWhen(false)] out value) => (value = text).Trim().Length > 0);

    /// <summary>true or false.</summary>
    public static Shape<bool> Flag { get; } = new ScalarShape<bool>(
        "true or false", static (text, out value) => (value = text == "true") || text == "false", takesQuotes: false);

    /// <summary>A whole number in a range.</summary>
    public static Shape<int> Whole(int min, int max) => new ScalarShape<int>(
        Invariant($"a whole number from {min} to {max}"),
        (text, out value) =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max,
        takesQuotes: false);

    /// <summary>A seed.</summary>
    public static Shape<ulong> Seed { get; } = new ScalarShape<ulong>(
        Invariant($"a whole number from 0 to {ulong.MaxValue}"),
        static (text, out value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value),
        takesQuotes: false);

    /// <summary>A number in a range.</summary>
    public static Shape<double> Number(double min, double max) =>
        Number($"a number from {Plain(min)} to {Plain(max)}", value => value >= min && value <= max);

    /// <summary>A number above a bound, up to and with another.</summary>
    public static Shape<double> NumberAbove(double bound, double max) =>
        Number($"a number above {Plain(bound)}, at most {Plain(max)}", value => value > bound && value <= max);

    /// <summary>A number from a bound on, below another.</summary>
    public static Shape<double> NumberBelow(double min, double bound) =>
        Number($"a number from {Plain(min)}, below {Plain(bound)}", value => value >= min && value < bound);

    /// <summary>A number strictly between two others.</summary>
    public static Shape<double> NumberBetween(double above, double below) =>
        Number($"a number above {Plain(above)} and below {Plain(below)}", value => value > above && value < below);

    /// <summary>Whole microseconds, with a unit.</summary>
    public static Shape<long> Duration(long minUs, long maxUs) => new ScalarShape<long>(
        $"a duration from {Shown(minUs)} to {Shown(maxUs)} in h, min, s, ms or us, such as 200ms",
        (text, out value) =>
        {
            value = TryUnits(text, TimeUnits, out var us) && us <= maxUs && us == Math.Round(us) ? (long)us : -1;
            return value >= minUs;
        });

    /// <summary>Microseconds, with a unit, parts of one too.</summary>
    public static Shape<double> Time(double minUs, double maxUs) => new ScalarShape<double>(
        $"a duration from {Shown(minUs)} to {Shown(maxUs)} in h, min, s, ms or us, such as 0.5us",
        (text, out value) => TryUnits(text, TimeUnits, out value) && value >= minUs && value <= maxUs);

    /// <summary>One of several words.</summary>
    public static Shape<T> OneOf<T>(params (string Name, T Value)[] words) => new ScalarShape<T>(
        $"one of {string.Join(", ", words.Select(word => word.Name))}",
        (text, [MaybeNullWhen(false)] out value) =>
        {
            var index = Array.FindIndex(words, word => word.Name == text);
            value = index < 0 ? default : words[index].Value;
            return index >= 0;
        },
        words: [.. words.Select(word => word.Name)]);

    /// <summary>A number of at least 0 and a unit, with or without a blank between, as a multiple of the first unit's measure.</summary>
    public static bool TryUnits(string text, IReadOnlyList<(string Unit, double Factor)> units, out double value)
    {
        var digits = text.AsSpan().IndexOfAnyExcept(Digits);
        value = 0;
        if (digits <= 0
            || !double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > 1e15)
        {
            return false;
        }
        var unit = text[digits] == ' ' ? text[(digits + 1)..] : text[digits..];
        foreach (var (name, factor) in units)
        {
            if (name != unit) continue;
            // Decimals such as 1.1 ms are whole microseconds to a person; a product in binary need not be.
            value = (double)((decimal)number * (decimal)factor);
            return true;
        }

        return false;
    }

    private static Shape<double> Number(string allowed, Func<double, bool> isRight) => new ScalarShape<double>(
        allowed,
        (text, out value) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value) && isRight(value),
        takesQuotes: false);

    private static string Shown(double us)
    {
        var (unit, factor) = TimeUnits.First(known => (us >= known.Us && us % known.Us == 0) || known.Us == 1);
        return us == 0 ? "0s" : Invariant($"{us / factor}{unit}");
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>A number as a person writes it.</summary>
    internal static string Plain(double number) => number.ToString("0.############", CultureInfo.InvariantCulture);
}
