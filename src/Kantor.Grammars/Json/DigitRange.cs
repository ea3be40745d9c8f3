using System.Globalization;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Json;

/// <summary>The decimal digits of the whole numbers of a range, without leading zeros.</summary>
internal static class DigitRange
{
    /// <summary>From <paramref name="first"/>, at least 0, to <paramref name="last"/>, both included.</summary>
    public static int Node(GrammarBuilder to, long first, long last)
    {
        List<int> parts = [];
        for (var from = first; from <= last;)
        {
            // Numbers of as many digits as the first.
            var digits = from.ToString(CultureInfo.InvariantCulture).Length;
            var upTo = Math.Min(last, (long)Math.Pow(10, digits) - 1);
            parts.Add(SameLength(to, Text(from), Text(upTo)));
            from = upTo + 1;
        }

        return to.Choice([.. parts]);
    }

    private static int SameLength(GrammarBuilder to, string first, string last)
    {
        if (first.Length == 0) return to.Empty();
        if (first[0] == last[0]) return Begins(to, first[0], SameLength(to, first[1..], last[1..]));
        List<int> parts = [];
        var (low, high) = (first[0], last[0]);
        if (first[1..].Any(digit => digit != '0')) parts.Add(Begins(to, low++, SameLength(to, first[1..], All('9', first))));
        if (last[1..].Any(digit => digit != '9')) parts.Add(Begins(to, high--, SameLength(to, All('0', last), last[1..])));
        if (low <= high) parts.Add(to.Sequence(Digits(to, low, high), Any(to, first.Length - 1)));
        return to.Choice([.. parts]);
    }

    private static string All(char digit, string number) => new(digit, number.Length - 1);

    private static int Any(GrammarBuilder to, int digits) => to.Repeat(Digits(to, '0', '9'), digits, digits);

    private static int Begins(GrammarBuilder to, char digit, int rest) => to.Sequence(Digits(to, digit, digit), rest);

    private static int Digits(GrammarBuilder to, char first, char last) => to.Bytes(ByteSet.Range((byte)first, (byte)last));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
