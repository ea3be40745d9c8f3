using Kantor.Core.Requests;

namespace Kantor.Core.Kv;

public sealed partial class KvLedger
{
    /// <summary>
    /// Opens a sequence that begins with all that the given one has computed, in the same blocks: nothing is copied until one of the two
    /// writes into the block that is filled in part (copy on write; PagedAttention, arXiv 2309.06180, section 4.4). False, with nothing
    /// changed, when every sequence id is taken by live content.
    /// </summary>
    /// <param name="sequence">The sequence to fork, between two steps: whatever it writes next, it asks for by <see cref="TryGrow"/>
    /// again.</param>
    /// <param name="tokensComputed">Tokens that it has in memory, all of them.</param>
    /// <param name="content">The fork's own tokens, of which the first <paramref name="tokensComputed"/> are the sequence's.</param>
    /// <param name="fork">The new sequence.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sequence has no blocks for so many tokens, or has committed more.</exception>
    /// <exception cref="ArgumentException">The content does not begin with the sequence's.</exception>
    public bool TryFork(int sequence, int tokensComputed, TokenContent content, out int fork)
    {
        var parent = OpenSequence(sequence);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokensComputed, parent.BlocksCommitted * BlockSizeTokens);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokensComputed, parent.Blocks.Count * BlockSizeTokens);
        if (!content.BeginsLike(parent.Content, tokensComputed))
        {
            throw new ArgumentException(
                $"The fork's content must begin with the {tokensComputed} tokens that sequence {sequence} has computed.", nameof(content));
        }

        if (!TryTakeSequenceId(out fork)) return false;
        ShareComputed(fork, _sequences[fork], parent, content, tokensComputed);
        return true;
    }

    private void ShareComputed(int fork, SequenceBlocks opened, SequenceBlocks parent, TokenContent content, int tokensComputed)
    {
        opened.Open(content, parent.Domain);
        SequencesOpen++;
        for (var index = 0; index < BlocksFor(tokensComputed); index++) Share(fork, opened, parent.Blocks[index], tokensComputed);
        (opened.BlocksCommitted, opened.BlocksFindable) = (parent.BlocksCommitted, parent.BlocksFindable);
        if (tokensComputed % BlockSizeTokens != 0) opened.SharedTailTokens = parent.SharedTailTokens = tokensComputed;
        if (!_options.PrefixCaching) return;
        opened.LastNode = parent.LastNode;
        _tree.Pin(opened.LastNode);
    }

    /// <summary>
    /// The sequence gets the block that it will write into for itself: the shared one if nobody else references it, otherwise a copy.
    /// False, with nothing changed, when there is no block for the copy beside <paramref name="blocksMore"/> others.
    /// </summary>
    private bool TryOwnTail(int sequence, SequenceBlocks writer, int filledTokens, int blocksMore)
    {
        ref var shared = ref _blocks[writer.Blocks[filledTokens / BlockSizeTokens]];
        if (shared.References > 1)
        {
            if (blocksMore == BlocksAvailable) return false;
            CopyTail(sequence, writer, filledTokens);
        }
        else if (shared.Holder != sequence)
        {
            TakeOver(sequence, writer, ref shared);
        }

        writer.SharedTailTokens = null;
        return true;
    }

    private void CopyTail(int sequence, SequenceBlocks writer, int filledTokens)
    {
        var index = filledTokens / BlockSizeTokens;
        var shared = writer.Blocks[index];
        writer.Blocks[index] = TakeBlock(sequence, writer, index);
        _changes.Add(KvChangeKind.Copy, sequence, sequence, index, filledTokens);
        _blocks[shared].References--;
        if (_blocks[shared].Holder == sequence) HandOver(shared, writer, index);
    }

    /// <summary>
    /// The holder left a block that others reference: it goes to the first of those, which has its KV at the same positions already.
    /// </summary>
    private void HandOver(int block, SequenceBlocks holder, int index)
    {
        holder.BlocksHeld--;
        var heir = _sequences.FindIndex(sequence => sequence.IsOpen && sequence.Blocks.Count > index && sequence.Blocks[index] == block);
        _blocks[block].Holder = heir;
        _sequences[heir].BlocksHeld++;
    }
}
