using System.Numerics;

namespace Kantor.Core.Prediction;

/// <summary>
/// Cells of output lengths: one token each up to 32, then sixteen to an octave, so none is wider than a sixteenth of its start.
/// </summary>
internal static class LengthGrid
{
    private const int Exact = 32;
    private const int PerOctaveBits = 4;

    /// <summary>Cells for lengths up to 2^27.</summary>
    public const int Cells = Exact + ((27 - 5) << PerOctaveBits);

    /// <summary>The cell of the token that follows so many others; the last cell for all that are longer.</summary>
    public static int CellOf(int tokensBefore)
    {
        if (tokensBefore < Exact) return tokensBefore;
        var octave = BitOperations.Log2((uint)tokensBefore);
        var within = (tokensBefore >> (octave - PerOctaveBits)) - (1 << PerOctaveBits);
        return Math.Min(Cells - 1, Exact + ((octave - 5) << PerOctaveBits) + within);
    }

    /// <summary>Tokens before the first one of the cell; that of the cell after the last is where the grid ends.</summary>
    public static int StartOf(int cell)
    {
        if (cell < Exact) return cell;
        var octave = 5 + ((cell - Exact) >> PerOctaveBits);
        var within = (cell - Exact) & ((1 << PerOctaveBits) - 1);
        return ((1 << PerOctaveBits) + within) << (octave - PerOctaveBits);
    }
}
