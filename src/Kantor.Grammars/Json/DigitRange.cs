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
        var rest = first.Length - 1;
        var (isLowWhole, isHighWhole) = (first[1..].All(digit => digit == '0'), last[1..].All(digit => digit == '9'));
        List<int> parts = [];
        if (!isLowWhole) parts.Add(Begins(to, first[0], SameLength(to, first[1..], new string('9', rest))));
        if (!isHighWhole) parts.Add(Begins(to, last[0], SameLength(to, new string('0', rest), last[1..])));
        var (low, high) = ((char)(first[0] + (isLowWhole ? 0 : 1)), (char)(last[0] - (isHighWhole ? 0 : 1)));
        if (low <= high) parts.Add(to.Sequence(Digits(to, low, high), to.Repeat(Digits(to, '0', '9'), rest, rest)));
        return to.Choice([.. parts]);
    }

    private static int Begins(GrammarBuilder to, char digit, int rest) => to.Sequence(Digits(to, digit, digit), rest);

    private static int Digits(GrammarBuilder to, char first, char last) => to.Bytes(ByteSet.Range((byte)first, (byte)last));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
