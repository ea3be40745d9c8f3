using System.Numerics;

namespace Kantor.Bounds.Goodput;

/// <summary>Minima of ranges of an array, each in constant time after n·log n of preparation (sparse table).</summary>
internal sealed class RangeMinima
{
    private readonly double[][] _levels;

    public RangeMinima(int length)
    {
        _levels = new double[BitOperations.Log2((uint)length) + 1][];
        for (var level = 0; level < _levels.Length; level++) _levels[level] = new double[length - (1 << level) + 1];
    }

    /// <summary>Takes the values, of which there are as many as promised.</summary>
    public void Read(ReadOnlySpan<double> values)
    {
        values.CopyTo(_levels[0]);
        for (var level = 1; level < _levels.Length; level++)
        {
            var (below, here, half) = (_levels[level - 1], _levels[level], 1 << (level - 1));
            for (var index = 0; index < here.Length; index++) here[index] = Math.Min(below[index], below[index + half]);
        }
    }

    /// <summary>The least of the values from first to last, both included.</summary>
    public double Least(int first, int last)
    {
        var level = BitOperations.Log2((uint)(last - first + 1));
        return Math.Min(_levels[level][first], _levels[level][last - (1 << level) + 1]);
    }
}
