using System.Globalization;

namespace Kantor.Core.Objectives;

/// <summary>Durations as they are written everywhere: a number and us, ms or s.</summary>
public static class DurationText
{
    /// <summary>Reads a duration such as <c>2s</c>, <c>1.5ms</c> or <c>40us</c>, at least a microsecond.</summary>
    public static bool TryParseUs(string text, out long us)
    {
        us = 0;
        var (digits, factor) = text switch
        {
            [.. var number, 'u', 's'] => (number, 1.0),
            [.. var number, 'm', 's'] => (number, 1e3),
            [.. var number, 's'] => (number, 1e6),
            _ => ("", 0.0),
        };
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return false;
        value *= factor;
        if (value is not (>= 1 and < 1e15)) return false;
        us = (long)Math.Round(value);
        return true;
    }

    /// <summary>The duration in milliseconds, as <see cref="TryParseUs"/> reads it.</summary>
    public static string Of(long us) => string.Create(CultureInfo.InvariantCulture, $"{us / 1000.0}ms");
}
