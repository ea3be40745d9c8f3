using System.Numerics;

namespace Kantor.Engine.Sampling;

/// <summary>
/// The largest logit of every run of 64 tokens, found in one pass. It lets the cut-offs skip the blocks in which nothing can survive, which
/// is nearly all of a large vocabulary.
/// </summary>
/// <remarks>Owner: one sampler; scratch memory is reused.</remarks>
internal sealed class LogitBlocks(int vocabularySize)
{
    /// <summary>Tokens per block; a multiple of every vector width.</summary>
    public const int Size = 64;

    private readonly float[] _most = new float[((vocabularySize - 1) / Size) + 1];
    private readonly ulong[] _keys = new ulong[((vocabularySize - 1) / Size) + 1];

    /// <summary>Number of blocks.</summary>
    public int Count => _most.Length;

    /// <summary>Largest logit of all.</summary>
    public float Most { get; private set; }

    /// <summary>Largest logit of a block.</summary>
    public float MostOf(int block) => _most[block];

    /// <summary>Reads the logits; false when one of them is NaN.</summary>
    public bool TryRead(ReadOnlySpan<float> logits)
    {
        Most = float.NegativeInfinity;
        for (var block = 0; block < _most.Length; block++)
        {
            if (MaxOf(logits.Slice(block * Size, Math.Min(Size, logits.Length - (block * Size)))) is not { } most) return false;
            _most[block] = most;
            if (most > Most) Most = most;
        }

        return true;
    }

    /// <summary>The first token whose logit is the largest.</summary>
    public int FirstMost(ReadOnlySpan<float> logits)
    {
        var block = 0;
        while (_most[block] != Most) block++;
        var token = block * Size;
        while (logits[token] != Most) token++;
        return token;
    }

    /// <summary>
    /// A logit that at least <paramref name="count"/> tokens reach: each of the count best blocks has one. −∞ when there are fewer blocks.
    /// </summary>
    public float ReachedBy(int count)
    {
        if (count > _most.Length) return float.NegativeInfinity;
        for (var block = 0; block < _most.Length; block++) _keys[block] = SortKey.Of(_most[block], block);
        Selection.KeepSmallest(_keys, count);
        var least = float.PositiveInfinity;
        for (var index = 0; index < count; index++) least = Math.Min(least, SortKey.LogitOf(_keys[index]));
        return least;
    }

    private static float? MaxOf(ReadOnlySpan<float> logits)
    {
        var result = float.NegativeInfinity;
        var index = 0;
        if (logits.Length >= Vector<float>.Count)
        {
            var most = new Vector<float>(float.NegativeInfinity);
            var isOrdered = Vector<int>.AllBitsSet;
            for (; index <= logits.Length - Vector<float>.Count; index += Vector<float>.Count)
            {
                var next = new Vector<float>(logits[index..]);
                isOrdered &= Vector.Equals(next, next);
                most = Vector.Max(most, next);
            }

            if (isOrdered != Vector<int>.AllBitsSet) return null;
            for (var lane = 0; lane < Vector<float>.Count; lane++) result = Math.Max(result, most[lane]);
        }

        for (; index < logits.Length; index++)
        {
            if (float.IsNaN(logits[index])) return null;
            result = Math.Max(result, logits[index]);
        }

        return result;
    }
}
