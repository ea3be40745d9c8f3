namespace Kantor.Core.Batching.Parts.Ordered;

/// <summary>Rounds that a row is still believed to take, at least 1.</summary>
internal delegate int RoundsOf(in BatchView view, OrderedState memory, int row);

/// <summary>What running rows are believed to hold over the rest of their lives (arXiv 2502.07115, section 4).</summary>
internal static class LifeProfile
{
    /// <summary>
    /// Blocks that a running row found in the cache are not its own: they count once, with the row that made them, or, when that row is
    /// gone, as in use for good.
    /// </summary>
    public static void Write(in BatchView view, OrderedState memory, RoundsOf rounds)
    {
        var usedBlocks = (long)view.KvBlocksTotal - view.KvBlocksAvailable;
        foreach (var row in view.Running) usedBlocks -= Math.Max(0, view.BlocksHeld[row] - memory.HitBlocksOf(row));
        memory.Profile.Clear(view.BlockSizeTokens, Math.Max(0, usedBlocks));
        foreach (var row in view.Running) memory.Profile.Append(HeldBlocks(view, memory, row), rounds(view, memory, row));
        memory.Profile.Order();
    }

    /// <summary>Blocks of its own that the running row holds, or is about to.</summary>
    public static long HeldBlocks(in BatchView view, OrderedState memory, int row)
    {
        var heldBlocks = Math.Max(view.BlocksHeld[row], view.BlocksFor(view.WantedTokens[row]));
        return Math.Max(0, heldBlocks - memory.HitBlocksOf(row));
    }
}
