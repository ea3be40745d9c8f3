namespace Kantor.Server.Metrics;

/// <summary>Counts of observations between fixed bounds. Thread-safe; an observation takes no lock.</summary>
internal sealed class Histogram(double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private long _sumMicros;

    /// <summary>Upper bounds, ascending; a last bucket without bound follows.</summary>
    public double[] Bounds => bounds;

    /// <summary>Counts one observation; the sum is kept in millionths.</summary>
    public void Observe(double value)
    {
        Interlocked.Increment(ref _counts[BucketOf(value)]);
        Interlocked.Add(ref _sumMicros, (long)(value * 1e6));
    }

    /// <summary>Counts per bucket, not cumulative, and the sum.</summary>
    public (long[] Counts, double Sum) Read()
    {
        var counts = new long[_counts.Length];
        for (var i = 0; i < counts.Length; i++) counts[i] = Volatile.Read(ref _counts[i]);
        return (counts, Volatile.Read(ref _sumMicros) / 1e6);
    }

    private int BucketOf(double value)
    {
        var index = Array.BinarySearch(bounds, value);
        return index < 0 ? ~index : index;
    }
}
