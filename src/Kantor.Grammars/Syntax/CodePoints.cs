using System.Text;

namespace Kantor.Grammars.Syntax;

/// <summary>Sets of Unicode characters as bytes of UTF-8.</summary>
internal static class CodePoints
{
    /// <summary>The last character of Unicode.</summary>
    public const int Last = 0x10FFFF;

    private const int SurrogatesFirst = 0xD800;
    private const int SurrogatesLast = 0xDFFF;

    // Last characters of one, two and three bytes.
    private static readonly int[] Lasts = [0x7F, 0x7FF, 0xFFFF];

    /// <summary>One character of the ranges, both ends included; surrogates are none.</summary>
    public static int Of(GrammarBuilder builder, IEnumerable<(int First, int Last)> ranges)
    {
        var single = default(ByteSet);
        var parts = new List<int>();
        foreach (var (first, last) in ranges.SelectMany(Split))
        {
            if (last <= Lasts[0]) single = single.Or(ByteSet.Range((byte)first, (byte)last));
            else parts.Add(Sequence(builder, Bytes(first), Bytes(last)));
        }

        if (!single.IsEmpty) parts.Add(builder.Bytes(single));
        return builder.Choice([.. parts]);
    }

    /// <summary>All characters but those of the ranges.</summary>
    public static IEnumerable<(int First, int Last)> Except(IEnumerable<(int First, int Last)> ranges)
    {
        var next = 0;
        foreach (var (first, last) in ranges.OrderBy(range => range.First))
        {
            if (first > next) yield return (next, first - 1);
            next = Math.Max(next, last + 1);
        }

        if (next <= Last) yield return (next, Last);
    }

    // Ranges of which both ends have as many bytes, and between which all last bytes are whole runs.
    private static IEnumerable<(int First, int Last)> Split((int First, int Last) range)
    {
        if (range.First > range.Last) yield break;
        if (CutOf(range) is { } cut)
        {
            foreach (var part in Split((range.First, cut)).Concat(Split((cut + 1, range.Last)))) yield return part;
        }
        else if (range.First < SurrogatesFirst || range.First > SurrogatesLast) yield return range;
    }

    private static int? CutOf((int First, int Last) range)
    {
        foreach (var end in (int[])[SurrogatesFirst - 1, SurrogatesLast, .. Lasts])
        {
            if (range.First <= end && end < range.Last) return end;
        }

        for (var bits = 6; bits <= 18 && range.Last > Lasts[0]; bits += 6)
        {
            var mask = (1 << bits) - 1;
            if ((range.First & ~mask) == (range.Last & ~mask)) continue;
            if ((range.First & mask) != 0) return range.First | mask;
            if ((range.Last & mask) != mask) return (range.Last & ~mask) - 1;
        }

        return null;
    }

    private static int Sequence(GrammarBuilder builder, byte[] first, byte[] last) =>
        builder.Sequence([.. first.Zip(last, (low, high) => builder.Bytes(ByteSet.Range(low, high)))]);

    private static byte[] Bytes(int character)
    {
        Span<byte> bytes = stackalloc byte[4];
        return bytes[..new Rune(character).EncodeToUtf8(bytes)].ToArray();
    }
}
