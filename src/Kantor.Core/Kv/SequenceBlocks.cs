using Kantor.Core.Requests;

namespace Kantor.Core.Kv;

/// <summary>The ledger's record of one sequence id.</summary>
internal sealed class SequenceBlocks
{
    private static readonly TokenContent Nothing = TokenContent.FromTokens([]);

    /// <summary>Blocks in order of position. After the close they are where to look for those that are still held.</summary>
    public List<int> Blocks { get; } = [];

    public TokenContent Content { get; private set; } = Nothing;

    public CacheDomain Domain { get; private set; }

    public bool IsOpen { get; private set; }

    /// <summary>The request that it is or was opened for, where the ledger was told.</summary>
    public RequestId? User { get; set; }

    /// <summary>Blocks whose memory is this sequence's own, whether it still references them or not.</summary>
    public int BlocksHeld { get; set; }

    /// <summary>Those of them that are idle.</summary>
    public int BlocksIdle { get; set; }

    /// <summary>Leading blocks that are in the prefix tree and in memory.</summary>
    public int BlocksCommitted { get; set; }

    /// <summary>
    /// Leading blocks that are in the prefix tree; more than the committed ones while a step that computes them is under way.
    /// </summary>
    public int BlocksFindable { get; set; }

    /// <summary>Leading blocks that it shared when it began.</summary>
    public int BlocksBegunWith { get; set; }

    /// <summary>Tree node of the last findable block; pinned while the sequence is open.</summary>
    public int LastNode { get; set; }

    /// <summary>Tokens at the fork, while the block that they fill in part has not been written into since; otherwise null.</summary>
    public int? SharedTailTokens { get; set; }

    public void Open(TokenContent content, CacheDomain domain)
    {
        Content = content;
        Domain = domain;
        IsOpen = true;
        User = null;
        Blocks.Clear();
        BlocksCommitted = BlocksFindable = BlocksBegunWith = 0;
        SharedTailTokens = null;
    }

    public void Close()
    {
        IsOpen = false;
        Content = Nothing;
    }
}
