using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Kantor.Core.Randomness;
using Kantor.LlamaCpp.Gguf;

namespace Kantor.LlamaCpp.Fake;

/// <summary>
/// Random tensor bytes in the storage format itself: the quants are drawn, not quantised, which makes disk speed the limit.
/// </summary>
internal static class FakeWeights
{
    private const int PieceBlocks = 8192;

    // Standard deviations of the drawn integers: bytes uniform on -127..127, nibbles uniform on -8..7.
    private const float ByteDeviation = 73.6f;
    private const float NibbleDeviation = 4.61f;

    /// <summary>Pieces of a tensor of <paramref name="bytes"/> bytes whose numbers have mean 0 and the given standard deviation.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Random(GgufTensorType type, long bytes, float deviation, ulong seed)
    {
        var random = new RandomStream(seed, "");
        long blocks = bytes / type.BlockBytes;
        byte[] buffer = new byte[PieceBlocks * type.BlockBytes];
        while (blocks > 0)
        {
            int count = (int)Math.Min(blocks, PieceBlocks);
            Memory<byte> piece = buffer.AsMemory(0, count * type.BlockBytes);
            Fill(type, piece.Span, deviation, random);
            yield return piece;
            blocks -= count;
        }
    }

    /// <summary>Norm weights: all ones, in single precision.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Ones(int count)
    {
        byte[] bytes = new byte[count * sizeof(float)];
        for (int i = 0; i < count; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), 1f);
        yield return bytes;
    }

    private static void Fill(GgufTensorType type, Span<byte> piece, float deviation, RandomStream random)
    {
        if (type == GgufTensorType.Q8_0) FillBlocks(piece, type.BlockBytes, deviation / ByteDeviation, forbidden: 0x80, random);
        else if (type == GgufTensorType.Q4_0) FillBlocks(piece, type.BlockBytes, deviation / NibbleDeviation, forbidden: null, random);
        else if (type == GgufTensorType.F16) FillHalves(piece, deviation, random);
        else FillSingles(piece, deviation, random);
    }

    private static void FillBlocks(Span<byte> piece, int blockBytes, float scale, byte? forbidden, RandomStream random)
    {
        FillBytes(piece, random);
        // Nibbles have mean -0.5: a scale of random sign per block takes the bias out.
        ushort plus = BitConverter.HalfToUInt16Bits((Half)scale);
        for (int at = 0; at < piece.Length; at += blockBytes)
        {
            Span<byte> block = piece.Slice(at, blockBytes);
            if (forbidden is byte never) block[2..].Replace(never, (byte)0);
            bool negative = (block[0] & 1) != 0;
            BinaryPrimitives.WriteUInt16LittleEndian(block, negative ? (ushort)(plus | 0x8000) : plus);
        }
    }

    // Uniform on ±√3 deviations; 12 bits are finer than half precision needs.
    private static void FillHalves(Span<byte> piece, float deviation, RandomStream random)
    {
        ushort[] values = new ushort[4096];
        for (int i = 0; i < values.Length; i++) values[i] = BitConverter.HalfToUInt16Bits((Half)Uniform(i, values.Length, deviation));
        FillBytes(piece, random);
        for (int at = 0; at < piece.Length; at += sizeof(ushort))
        {
            Span<byte> number = piece.Slice(at, sizeof(ushort));
            BinaryPrimitives.WriteUInt16LittleEndian(number, values[BinaryPrimitives.ReadUInt16LittleEndian(number) & 0xFFF]);
        }
    }

    private static void FillSingles(Span<byte> piece, float deviation, RandomStream random)
    {
        for (int at = 0; at < piece.Length; at += sizeof(float))
        {
            float value = Uniform((int)(random.NextBits() >> 40), 1 << 24, deviation);
            BinaryPrimitives.WriteSingleLittleEndian(piece[at..], value);
        }
    }

    private static float Uniform(int step, int steps, float deviation) =>
        (((step + 0.5f) / steps * 2) - 1) * MathF.Sqrt(3) * deviation;

    private static void FillBytes(Span<byte> bytes, RandomStream random)
    {
        Span<byte> whole = bytes[..(bytes.Length / 8 * 8)];
        for (int at = 0; at < whole.Length; at += 8) BinaryPrimitives.WriteUInt64LittleEndian(whole[at..], random.NextBits());
        if (whole.Length == bytes.Length) return;
        Span<byte> last = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(last, random.NextBits());
        last[..(bytes.Length - whole.Length)].CopyTo(bytes[whole.Length..]);
    }
}
