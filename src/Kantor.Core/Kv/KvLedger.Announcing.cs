namespace Kantor.Core.Kv;

public sealed partial class KvLedger
{
    // Made by the first announcement, so that nobody else pays for it.
    private AnnouncedBlocks? _announced;

    /// <summary>Blocks that are announced and neither committed nor withdrawn.</summary>
    public int BlocksAnnounced => _announced?.Count ?? 0;

    /// <summary>
    /// The coming step computes the sequence's first <paramref name="tokensPlanned"/> tokens, for which it has room: their whole blocks can
    /// be hit from now on, by sequences that are computed in the same step or later (vLLM's allocate_slots). <see cref="Commit"/> follows
    /// when the step was executed, and <see cref="Withdraw"/> when it was not.
    /// </summary>
    public void Announce(int sequence, int tokensPlanned)
    {
        var planned = OpenSequence(sequence);
        if (!_options.PrefixCaching) return;
        var blocks = Math.Min(tokensPlanned, planned.Content.IdentifiedCount) / BlockSizeTokens;
        var before = planned.BlocksFindable;
        if (before >= blocks) return;
        Register(planned, blocks);
        _announced ??= new AnnouncedBlocks(BlocksTotal);
        for (var index = before; index < blocks; index++) _announced.Add(planned.Blocks[index]);
    }

    /// <summary>The step was not executed: what the sequence announced and did not commit is no hit any more.</summary>
    public void Withdraw(int sequence)
    {
        var failed = OpenSequence(sequence);
        var kept = Math.Max(failed.BlocksCommitted, failed.BlocksBegunWith);
        if (failed.BlocksFindable == kept) return;
        var pinned = failed.LastNode;
        for (; failed.BlocksFindable > kept; failed.BlocksFindable--)
        {
            var block = failed.Blocks[failed.BlocksFindable - 1];
            failed.LastNode = _tree.ParentOf(failed.LastNode);
            if (_announced?.Forget(block) == true) Unregister(block);
        }

        _tree.Pin(failed.LastNode);
        _tree.Unpin(pinned);
    }

    /// <summary>
    /// Whether all that the sequence began with is in memory, or will be after the step; false once another announced a part of it and
    /// withdrew. Such a sequence has to be closed.
    /// </summary>
    public bool IsFounded(int sequence)
    {
        var opened = OpenSequence(sequence);
        for (var index = opened.BlocksCommitted; index < opened.BlocksBegunWith; index++)
        {
            if (_announced?.Has(opened.Blocks[index]) != true) return false;
        }

        return true;
    }

    /// <summary>
    /// Takes what became findable since the sequence was opened; it has no blocks of its own yet. Returns all tokens that it begins with.
    /// </summary>
    public int Extend(int sequence, int hitTokensMax)
    {
        var extended = OpenSequence(sequence);
        if (!_options.PrefixCaching) return 0;
        if (extended.Blocks.Count != extended.BlocksFindable)
        {
            throw new InvalidOperationException($"KV sequence {sequence} has room of its own already.");
        }

        var pinned = extended.LastNode;
        var hitTokens = ShareCachedPrefix(sequence, extended, hitTokensMax);
        _tree.Pin(extended.LastNode);
        _tree.Unpin(pinned);
        return hitTokens;
    }
}
