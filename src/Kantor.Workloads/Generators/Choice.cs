using Kantor.Core.Randomness;

namespace Kantor.Workloads.Generators;

/// <summary>Draws an index by weight.</summary>
internal static class Choice
{
    /// <summary>An index, each with the chance of its step in the ascending sums.</summary>
    public static int Draw(double[] cumulative, RandomStream random)
    {
        var drawn = random.NextDouble() * cumulative[^1];
        var index = Array.BinarySearch(cumulative, drawn);
        // A sum that is hit exactly belongs to the next index: an index without weight is never drawn.
        if (index < 0) return Math.Min(~index, cumulative.Length - 1);
        while (index < cumulative.Length - 1 && cumulative[index] <= drawn) index++;
        return index;
    }
}
