namespace Kantor.Core.Prediction;

/// <summary>
/// The last outputs of one class, kept sorted with sums of their tails, so that mean and quantile given survival are look-ups.
/// </summary>
internal sealed class LengthWindow(int capacity) : ILengthLaw
{
    private readonly int[] _byAge = new int[capacity];
    private readonly int[] _sorted = new int[capacity];
    private readonly long[] _tailSums = new long[capacity + 1];
    private int _oldest;
    private bool _sumsAreStale;

    public int Count { get; private set; }

    public void Add(int tokens)
    {
        if (Count == capacity)
        {
            RemoveSorted(_byAge[_oldest]);
            _byAge[_oldest] = tokens;
            _oldest = (_oldest + 1) % capacity;
        }
        else
        {
            _byAge[Count] = tokens;
        }

        InsertSorted(tokens);
        _sumsAreStale = true;
    }

    /// <summary>Mean and quantile, rounded up, of the lengths above <paramref name="tokens"/>; false when there are none.</summary>
    public bool TryConditional(int tokens, double quantile, out int mean, out int upper)
    {
        var first = FirstAbove(tokens);
        var survivors = Count - first;
        (mean, upper) = (0, 0);
        if (survivors == 0) return false;
        if (_sumsAreStale) SumTails();
        mean = (int)((_tailSums[first] + survivors - 1) / survivors);
        upper = _sorted[first + Math.Min(survivors - 1, (int)(quantile * survivors))];
        return true;
    }

    public double Survival(int tokens, int given)
    {
        var survivors = Count - FirstAbove(given);
        return survivors == 0 ? 0 : (double)(Count - FirstAbove(Math.Max(tokens, given))) / survivors;
    }

    public int Quantile(double share, int given)
    {
        var first = FirstAbove(given);
        var survivors = Count - first;
        if (survivors == 0) throw new InvalidOperationException($"No remembered output is longer than {given} tokens.");
        return _sorted[first + Math.Max(0, (int)Math.Ceiling(share * survivors) - 1)];
    }

    /// <summary>Only when asked: policies that do not look at beliefs do not pay for them.</summary>
    private void SumTails()
    {
        _tailSums[Count] = 0;
        for (var i = Count - 1; i >= 0; i--) _tailSums[i] = _tailSums[i + 1] + _sorted[i];
        _sumsAreStale = false;
    }

    private int FirstAbove(int tokens)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_sorted[middle] > tokens) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    private void InsertSorted(int tokens)
    {
        var place = FirstAbove(tokens);
        Array.Copy(_sorted, place, _sorted, place + 1, Count - place);
        _sorted[place] = tokens;
        Count++;
    }

    private void RemoveSorted(int tokens)
    {
        var place = FirstAbove(tokens) - 1;
        Count--;
        Array.Copy(_sorted, place + 1, _sorted, place, Count - place);
    }
}
