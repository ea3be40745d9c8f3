using Kantor.Bounds.Hindsight;

namespace Kantor.Solvers.Rounds;

/// <summary>Rounds 1 … horizon in buckets of equal width.</summary>
/// <param name="Count">How many buckets.</param>
/// <param name="Width">Rounds of each.</param>
internal readonly record struct RoundBuckets(int Count, int Width)
{
    /// <summary>At most so many buckets that hold all rounds up to a horizon.</summary>
    public static RoundBuckets Of(int horizon, int bucketsMax)
    {
        var width = ((horizon - 1) / bucketsMax) + 1;
        return new RoundBuckets(((horizon - 1) / width) + 1, width);
    }

    /// <summary>The round before a bucket's first, in which a job starts that holds memory from there.</summary>
    public int StartOf(int bucket) => bucket * Width;

    /// <summary>The bucket of a round, from 1.</summary>
    public int Of(int round) => (round - 1) / Width;

    /// <summary>Token-rounds that a job holds in a bucket, started in some round.</summary>
    public long Held(BoundJob job, int start, int bucket)
    {
        var from = Math.Max(StartOf(bucket) - start, 0);
        var to = Math.Min(StartOf(bucket + 1) - start, job.Rounds);
        return to <= from ? 0 : HeldUpTo(job, to) - HeldUpTo(job, from);
    }

    private static long HeldUpTo(BoundJob job, long rounds) => (job.Kv.HeldTokens * rounds) + (rounds * (rounds + 1) / 2);
}
