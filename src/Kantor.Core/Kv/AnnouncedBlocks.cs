namespace Kantor.Core.Kv;

/// <summary>Blocks that can be found although the step that computes them was not executed yet.</summary>
internal sealed class AnnouncedBlocks(int blocksTotal)
{
    private readonly bool[] _isAnnounced = new bool[blocksTotal];

    public int Count { get; private set; }

    public bool Has(int block) => _isAnnounced[block];

    public void Add(int block)
    {
        if (_isAnnounced[block]) return;
        _isAnnounced[block] = true;
        Count++;
    }

    /// <summary>The block is announced no longer; false when it was not.</summary>
    public bool Forget(int block)
    {
        if (!_isAnnounced[block]) return false;
        _isAnnounced[block] = false;
        Count--;
        return true;
    }

    /// <summary>The sequence's first blocks are in memory.</summary>
    public void Settle(SequenceBlocks sequence, int blocks)
    {
        for (var index = sequence.BlocksCommitted; Count > 0 && index < blocks; index++) Forget(sequence.Blocks[index]);
    }
}
