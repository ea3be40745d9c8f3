using System.Numerics;

namespace Kantor.Engine.Sampling;

/// <summary>One pass over a row of logits.</summary>
internal static class LogitScan
{
    /// <summary>The largest logit; null when one of them is NaN.</summary>
    public static float? Max(ReadOnlySpan<float> logits)
    {
        var most = new Vector<float>(float.NegativeInfinity);
        var ordered = Vector<int>.AllBitsSet;
        var index = 0;
        for (; index + Vector<float>.Count <= logits.Length; index += Vector<float>.Count)
        {
            var next = new Vector<float>(logits[index..]);
            ordered &= Vector.Equals(next, next);
            most = Vector.Max(most, next);
        }

        if (ordered != Vector<int>.AllBitsSet) return null;
        var result = float.NegativeInfinity;
        for (var lane = 0; lane < Vector<float>.Count; lane++) result = Math.Max(result, most[lane]);
        for (; index < logits.Length; index++)
        {
            if (float.IsNaN(logits[index])) return null;
            result = Math.Max(result, logits[index]);
        }

        return result;
    }
}
