using System.Globalization;
using System.Text.Json;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Json;

/// <summary>Numbers: whole ones in any range; of others, the whole part is kept within a range of whole numbers.</summary>
internal static class NumberRules
{
    /// <summary>Keywords that only a number has.</summary>
    public static readonly string[] Keywords = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

    private const long Limit = 999_999_999_999_999;

    public static int Node(GrammarBuilder to, JsonParts json, Keywords keywords, string path, bool isWhole)
    {
        if (keywords.Take("multipleOf") is { } step && !(isWhole && step.TryGetInt64(out var of) && of == 1))
        {
            throw keywords.Unsupported("multipleOf");
        }

        if (!keywords.HasAny(Keywords)) return isWhole ? json.Integer : json.Number;
        var least = Max(Bound(keywords, "minimum", path), Bound(keywords, "exclusiveMinimum", path) + (isWhole ? 1 : 0));
        var most = Min(Bound(keywords, "maximum", path), Bound(keywords, "exclusiveMaximum", path) - (isWhole ? 1 : 0));
        if (isWhole) return Whole(to, Ceiling(least), Floor(most), path);
        return Broken(to, json, keywords, least, most, path);
    }

    private static int Broken(GrammarBuilder to, JsonParts json, Keywords keywords, decimal? least, decimal? most, string path)
    {
        var isOpen = (keywords.Take("exclusiveMinimum") is not null, keywords.Take("exclusiveMaximum") is not null);
        var (low, high) = (Ceiling(least), Floor(most));
        List<int> parts = [];
        if (InsideOf(low, high, isOpen) is var (first, last) && first <= last) parts.Add(Range(to, first, last));
        AddFractions(to, json, parts, low, high);
        return parts.Count > 0
            ? to.Choice([.. parts])
            : throw new GrammarException(path, $"'{path}' leaves no number that can be promised between its bounds.");
    }

    /// <summary>
    /// A number with a fraction lies between a whole number and the next one: from 0 up, n and a fraction is above n; below 0, −n and a
    /// fraction is below −n.
    /// </summary>
    private static void AddFractions(GrammarBuilder to, JsonParts json, List<int> parts, long? low, long? high)
    {
        var fraction = to.Sequence(to.Text("."), to.Repeat(json.Digit(), 0, 14), json.Digit('1'));
        var (from, upTo) = (Math.Max(0, low ?? 0), (high ?? Limit) - 1);
        if (from <= upTo) parts.Add(to.Sequence(Range(to, from, upTo), fraction));
        var (below, downTo) = (Math.Min(0, high ?? 0), (low ?? -Limit) + 1);
        if (downTo <= below) parts.Add(to.Sequence(Negative(to, -below, -downTo), fraction));
    }

    private static (long First, long Last) InsideOf(long? low, long? high, (bool Low, bool High) isOpen) =>
        (low is { } first ? first + (isOpen.Low ? 1 : 0) : -Limit, high is { } last ? last - (isOpen.High ? 1 : 0) : Limit);

    private static int Whole(GrammarBuilder to, long? least, long? most, string path)
    {
        var (first, last) = (least ?? -Limit, most ?? Limit);
        if (first > last) throw new GrammarException(path, $"'{path}' leaves no whole number between its bounds.");
        return Range(to, first, last);
    }

    private static int Range(GrammarBuilder to, long first, long last)
    {
        List<int> parts = [];
        if (first < 0) parts.Add(Negative(to, Math.Max(1, -last), -first));
        if (last >= 0) parts.Add(DigitRange.Node(to, Math.Max(0, first), last));
        return to.Choice([.. parts]);
    }

    private static int Negative(GrammarBuilder to, long least, long most) => to.Sequence(to.Text("-"), DigitRange.Node(to, least, most));

    private static decimal? Bound(Keywords keywords, string keyword, string path)
    {
        if (keywords.Take(keyword) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var bound) && Math.Abs(bound) <= Limit) return bound;
        throw new GrammarException(
            $"{path}/{keyword}",
                $"'{path}/{keyword}' must be a number of at most {Limit.ToString(CultureInfo.InvariantCulture)}, or as far below 0.");
    }

    private static decimal? Max(decimal? one, decimal? other) => one is { } a && other is { } b ? Math.Max(a, b) : one ?? other;

    private static decimal? Min(decimal? one, decimal? other) => one is { } a && other is { } b ? Math.Min(a, b) : one ?? other;

    private static long? Ceiling(decimal? value) => value is { } number ? (long)Math.Ceiling(number) : null;

    private static long? Floor(decimal? value) => value is { } number ? (long)Math.Floor(number) : null;
}
