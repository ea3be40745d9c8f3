namespace Kantor.Core.Kv;

/// <summary>Blocks of equal content as chains, in the order in which they became findable; empty for a pool that keeps no copies.</summary>
internal sealed class BlockCopies(int blocksTotal)
{
    // The next copy's number + 1 by block; 0 at the end of a chain.
    private readonly int[] _next = new int[blocksTotal];

    /// <summary>The copy after this block; null when there is none.</summary>
    public int? After(int block) => _next.Length > 0 && _next[block] is > 0 and var next ? next - 1 : null;

    /// <summary>Puts a block at the end of the chain that begins with <paramref name="first"/>; false when no copies are kept.</summary>
    public bool TryAdd(int first, int block)
    {
        if (_next.Length == 0) return false;
        var last = first;
        while (_next[last] != 0) last = _next[last] - 1;
        _next[last] = block + 1;
        return true;
    }

    /// <summary>Takes a block out of the chain that begins with <paramref name="first"/>, and says what came after it.</summary>
    public int? Remove(int first, int block)
    {
        if (_next.Length == 0) return null;
        var after = After(block);
        _next[block] = 0;
        if (first == block) return after;
        var before = first;
        while (_next[before] != block + 1) before = _next[before] - 1;
        _next[before] = after + 1 ?? 0;
        return after;
    }

    /// <summary>Whether a block is in the chain that begins with <paramref name="first"/>.</summary>
    public bool Has(int first, int block)
    {
        for (int? copy = first; copy is { } known; copy = After(known))
        {
            if (known == block) return true;
        }

        return false;
    }
}
