using System.Numerics.Tensors;

namespace Kantor.Engine.Sampling;

/// <summary>Sums of weights, block by block: exact enough for large vocabularies, and a draw need not walk through all weights.</summary>
/// <remarks>Owner: one sampler; scratch memory is reused.</remarks>
internal sealed class BlockSums(int weightsMax)
{
    private const int Size = 256;

    private readonly float[] _sums = new float[((weightsMax - 1) / Size) + 1];

    /// <summary>Sum of all weights.</summary>
    public double Total { get; private set; }

    /// <summary>Sums non-negative weights.</summary>
    public void Read(ReadOnlySpan<float> weights)
    {
        Total = 0;
        for (var from = 0; from < weights.Length; from += Size)
        {
            var sum = TensorPrimitives.Sum(weights.Slice(from, Math.Min(Size, weights.Length - from)));
            _sums[from / Size] = sum;
            Total += sum;
        }
    }

    /// <summary>
    /// The index at which the running sum of the weights passes <paramref name="share"/> of the total; its weight is above 0.
    /// </summary>
    public int Find(ReadOnlySpan<float> weights, double share)
    {
        var target = share * Total;
        var from = 0;
        for (var next = 0; next < weights.Length; next += Size)
        {
            if (_sums[next / Size] == 0) continue;
            from = next;
            if (target < _sums[next / Size]) break;
            target -= _sums[next / Size];
        }

        var found = from;
        for (var index = from; index < Math.Min(from + Size, weights.Length); index++)
        {
            if (weights[index] == 0) continue;
            found = index;
            target -= weights[index];
            if (target < 0) break;
        }

        return found;
    }
}
