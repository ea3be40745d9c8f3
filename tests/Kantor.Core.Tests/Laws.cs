using FsCheck;
using FsCheck.Fluent;

namespace Kantor.Core.Tests;

/// <summary>Property checks with the seed of <see cref="TestSeed"/>.</summary>
internal static class Laws
{
    public static void Hold<T>(Gen<T> inputs, Action<T> law, int cases = 200) =>
        Prop.ForAll(inputs.ToArbitrary(), law).Holds(cases);

    /// <summary>As above, with inputs that FsCheck knows how to shrink.</summary>
    public static void HoldForLists(Action<int[]> law, int cases = 200, int length = 60)
    {
        var operations = Gen.Choose(0, int.MaxValue).ListOf(length).Select(list => list.ToArray());
        var arbitrary = Arb.From(operations, Shortened);
        Prop.ForAll(arbitrary, law).Holds(cases);
    }

    private static IEnumerable<int[]> Shortened(int[] operations)
    {
        for (var size = operations.Length / 2; size >= 1; size /= 2)
        {
            for (var start = 0; start + size <= operations.Length; start += size) yield return [.. operations[..start], .. operations[(start + size)..]];
        }
    }
}
