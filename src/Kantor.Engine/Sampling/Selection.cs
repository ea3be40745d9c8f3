namespace Kantor.Engine.Sampling;

/// <summary>Partial sorting in place.</summary>
internal static class Selection
{
    /// <summary>
    /// Moves the <paramref name="count"/> smallest of distinct keys to the front, in no particular order, and returns their number.
    /// </summary>
    /// <remarks>Quickselect (Hoare 1961) with the median of three as pivot; linear on average.</remarks>
    public static int KeepSmallest(Span<ulong> keys, int count)
    {
        var rest = keys;
        var wanted = count;
        while (wanted > 0 && wanted < rest.Length)
        {
            var smaller = Partition(rest, MedianOfThree(rest));
            if (wanted <= smaller) rest = rest[..smaller];
            else
            {
                rest = rest[smaller..];
                wanted -= smaller;
            }
        }

        return Math.Min(count, keys.Length);
    }

    /// <summary>
    /// Moves the keys that are at most the pivot to the front and returns their number: at least 1, and below the length when there are two
    /// keys.
    /// </summary>
    private static int Partition(Span<ulong> keys, ulong pivot)
    {
        var (left, right) = (0, keys.Length - 1);
        while (true)
        {
            while (keys[left] < pivot) left++;
            while (keys[right] > pivot) right--;
            if (left >= right) return right + 1 < keys.Length ? right + 1 : keys.Length - 1;
            (keys[left], keys[right]) = (keys[right], keys[left]);
            left++;
            right--;
        }
    }

    private static ulong MedianOfThree(ReadOnlySpan<ulong> keys)
    {
        var (first, middle, last) = (keys[0], keys[keys.Length / 2], keys[^1]);
        return Math.Max(Math.Min(first, middle), Math.Min(Math.Max(first, middle), last));
    }
}
