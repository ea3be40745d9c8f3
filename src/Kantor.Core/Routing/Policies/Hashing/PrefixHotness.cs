using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Hashing;

/// <summary>
/// How many of the last requests began alike, for beginnings of a few lengths, each twice as long as the one before. A request goes by the
/// shortest of its beginnings that is not too hot for two replicas, so that a hot prefix is told apart into its continuations.
/// </summary>
internal sealed class PrefixHotness(int window, int firstBlocks)
{
    private const int Levels = 8;

    private readonly Dictionary<ulong, int> _counts = [];
    private readonly ulong[] _hashes = new ulong[window * Levels];
    private readonly int[] _lengths = new int[window];
    private long _requests;

    /// <summary>The beginning by which the prompt goes among so many replicas; there is at least one block.</summary>
    public ulong KeyOf(PrefixBlocks prompt, int replicas)
    {
        for (var level = 0; level < Levels - 1 && Blocks(level) < prompt.Count; level++)
        {
            var share = (double)_counts.GetValueOrDefault(At(prompt, level)) / window;
            if (share <= 2.0 / replicas) return At(prompt, level);
        }

        return At(prompt, Math.Min(Levels - 1, LevelOfAll(prompt)));
    }

    /// <summary>The prompt came; the oldest of the window is forgotten.</summary>
    public void Count(PrefixBlocks prompt)
    {
        var at = (int)(_requests++ % window);
        for (var level = 0; level < _lengths[at]; level++) Forget(_hashes[(at * Levels) + level]);
        _lengths[at] = Math.Min(Levels, LevelOfAll(prompt) + 1);
        for (var level = 0; level < _lengths[at]; level++)
        {
            var hash = _hashes[(at * Levels) + level] = At(prompt, level);
            _counts[hash] = _counts.GetValueOrDefault(hash) + 1;
        }
    }

    private int Blocks(int level) => firstBlocks << level;

    private ulong At(PrefixBlocks prompt, int level) => prompt[Math.Min(prompt.Count, Blocks(level)) - 1];

    /// <summary>The first level whose beginning is all of the prompt.</summary>
    private int LevelOfAll(PrefixBlocks prompt)
    {
        var level = 0;
        while (level < Levels && Blocks(level) < prompt.Count) level++;
        return level;
    }

    private void Forget(ulong hash)
    {
        var left = _counts[hash] - 1;
        if (left == 0) _counts.Remove(hash);
        else _counts[hash] = left;
    }
}
