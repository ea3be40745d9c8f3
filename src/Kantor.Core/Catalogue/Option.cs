using System.Globalization;

namespace Kantor.Core.Catalogue;

/// <summary>Makes option keys of the usual kinds; all texts are the same in every culture.</summary>
public static class Option
{
    /// <summary>How "no value" is written.</summary>
    public const string None = "none";

    /// <summary>true or false.</summary>
    public static OptionKey<T> Flag<T>(string name, Func<T, bool> read, Func<T, bool, T> with, string help)
        where T : class, new() => new(
            name,
            "true or false",
            help,
            options => read(options) ? "true" : "false",
            (options, text) => text is "true" or "false" ? with(options, text == "true") : null);

    /// <summary>A whole number in a range.</summary>
    public static OptionKey<T> Whole<T>(string name, int min, int max, Func<T, int> read, Func<T, int, T> with, string help)
        where T : class, new() => new(
            name,
            WholeRange(min, max),
            help,
            options => read(options).ToString(CultureInfo.InvariantCulture),
            (options, text) => TryWhole(text, min, max, out var value) ? with(options, value) : null);

    /// <summary>A whole number in a range, or none.</summary>
    public static OptionKey<T> WholeOrNone<T>(string name, int min, int max, Func<T, int?> read, Func<T, int?, T> with, string help)
        where T : class, new() => new(
            name,
            $"{WholeRange(min, max)}, or {None}",
            help,
            options => read(options)?.ToString(CultureInfo.InvariantCulture) ?? None,
            (options, text) => text == None ? with(options, null) : TryWhole(text, min, max, out var value) ? with(options, value) : null);

    /// <summary>A number in an interval.</summary>
    public static OptionKey<T> Number<T>(string name, Interval interval, Func<T, double> read, Func<T, double, T> with, string help)
        where T : class, new() => new(
            name,
            interval.ToString(),
            help,
            options => Interval.Plain(read(options)),
            (options, text) => interval.TryRead(text, out var value) ? with(options, value) : null);

    /// <summary>One of several words.</summary>
    public static OptionKey<T> Word<T, TValue>(
        string name, IReadOnlyList<(string Word, TValue Value)> words, Func<T, TValue> read, Func<T, TValue, T> with, string help)
        where T : class, new()
        where TValue : struct, Enum => new(
            name,
            $"one of {string.Join(", ", words.Select(known => known.Word))}",
            help,
            options => words.First(known => known.Value.Equals(read(options))).Word,
            (options, text) =>
                words.Any(known => known.Word == text) ? with(options, words.First(known => known.Word == text).Value) : null);

    private static string WholeRange(int min, int max) => FormattableString.Invariant($"a whole number from {min} to {max}");

    private static bool TryWhole(string text, int min, int max, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;
}
