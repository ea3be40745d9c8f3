using FsCheck;
using FsCheck.Fluent;

namespace Kantor.Core.Tests;

/// <summary>Property checks with a fixed seed, so that a red suite is red again on the next run.</summary>
internal static class Laws
{
    public static void Hold<T>(Gen<T> inputs, Action<T> law, int cases = 200) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(20_250_601UL, 1UL), Prop.ForAll(inputs.ToArbitrary(), law));

    /// <summary>As above, with inputs that FsCheck knows how to shrink.</summary>
    public static void HoldForLists(Action<int[]> law, int cases = 200, int length = 60)
    {
        var operations = Gen.Choose(0, int.MaxValue).ListOf(length).Select(list => list.ToArray());
        var arbitrary = Arb.From(operations, Shortened);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(20_250_601UL, 1UL), Prop.ForAll(arbitrary, law));
    }

    private static IEnumerable<int[]> Shortened(int[] operations)
    {
        for (var size = operations.Length / 2; size >= 1; size /= 2)
        {
            for (var start = 0; start + size <= operations.Length; start += size) yield return [.. operations[..start], .. operations[(start + size)..]];
        }
    }
}
