using System.Numerics;

namespace Kantor.Engine.Sampling;

/// <summary>The exponential function over a vocabulary, in single precision and whole vectors.</summary>
/// <remarks>
/// x·log2(e) is split into a whole number, which becomes the exponent, and a rest within ±ln(2)/2, for which a polynomial of degree 6 is
/// used (Cody and Waite's reduction with Cephes' coefficients). Products and sums are rounded one by one, so that results are the same bit
/// for bit on every machine, whatever its vectors.
/// </remarks>
internal static class Exponentials
{
    // exp(−87.3) is the least normal number; what is below counts as 0.
    private const float Least = -87.3f;
    private const float Log2E = 1.44269504088896341f;
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;
    private const int MantissaBits = 23;
    private const int ExponentBias = 127;

    /// <summary>
    /// Writes exp((value − <paramref name="most"/>) · <paramref name="scale"/>) for every value, none of which is above the most; relative
    /// error below 3e-7, and 0 for what is below 1e-38.
    /// </summary>
    public static void Write(ReadOnlySpan<float> values, float most, float scale, Span<float> weights)
    {
        var index = 0;
        for (; index <= values.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            Of((new Vector<float>(values[index..]) - new Vector<float>(most)) * scale).CopyTo(weights[index..]);
        }

        if (index == values.Length) return;
        Span<float> rest = stackalloc float[Vector<float>.Count];
        rest.Fill(float.NegativeInfinity);
        values[index..].CopyTo(rest);
        Of((new Vector<float>(rest) - new Vector<float>(most)) * scale).CopyTo(rest);
        rest[..(values.Length - index)].CopyTo(weights[index..]);
    }

    private static Vector<float> Of(Vector<float> x)
    {
        var isLost = Vector.LessThan(x, new Vector<float>(Least));
        x = Vector.Max(x, new Vector<float>(Least));
        var whole = Vector.Floor((x * Log2E) + new Vector<float>(0.5f));
        var rest = x - (whole * Ln2High) - (whole * Ln2Low);
        var power = Vector.ShiftLeft(Vector.ConvertToInt32(whole) + new Vector<int>(ExponentBias), MantissaBits);
        var result = Near0(rest) * Vector.AsVectorSingle(power);
        return Vector.ConditionalSelect(isLost, Vector<float>.Zero, result);
    }

    private static Vector<float> Near0(Vector<float> x)
    {
        var sum = (x * 1.9875691500e-4f) + new Vector<float>(1.3981999507e-3f);
        sum = (sum * x) + new Vector<float>(8.3334519073e-3f);
        sum = (sum * x) + new Vector<float>(4.1665795894e-2f);
        sum = (sum * x) + new Vector<float>(1.6666665459e-1f);
        sum = (sum * x) + new Vector<float>(5.0000001201e-1f);
        return (sum * x * x) + x + Vector<float>.One;
    }
}
