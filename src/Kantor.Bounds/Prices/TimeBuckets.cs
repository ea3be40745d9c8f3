namespace Kantor.Bounds.Prices;

/// <summary>Time cut into equal buckets; what lies outside belongs to the first or the last.</summary>
internal readonly record struct TimeBuckets(double StartUs, double WidthUs, int Count)
{
    public int At(double us) => (int)Math.Clamp((us - StartUs) / WidthUs, 0, Count - 1);

    /// <summary>The bucket whose beginning is nearest.</summary>
    public int Nearest(double us) => At(us + (WidthUs / 2));

    /// <summary>Where a bucket begins.</summary>
    public double FromUs(int bucket) => StartUs + (bucket * WidthUs);
}
