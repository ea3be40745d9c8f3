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
        if (first[0] == last[0]) return to.Sequence(Digits(to, first[0], first[0]), SameLength(to, first[1..], last[1..]));
        List<int> parts = [];
        var (low, high) = (first[0], last[0]);
        var rest = first.Length - 1;
        if (first[1..].Any(digit => digit != '0'))
        {
            parts.Add(to.Sequence(Digits(to, low, low), SameLength(to, first[1..], new string('9', rest))));
            low++;
        }

        if (last[1..].Any(digit => digit != '9'))
        {
            parts.Add(to.Sequence(Digits(to, high, high), SameLength(to, new string('0', rest), last[1..])));
            high--;
        }

        if (low <= high) parts.Add(to.Sequence(Digits(to, low, high), to.Repeat(Digits(to, '0', '9'), rest, rest)));
        return to.Choice([.. parts]);
    }

    private static int Digits(GrammarBuilder to, char first, char last) => to.Bytes(ByteSet.Range((byte)first, (byte)last));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
