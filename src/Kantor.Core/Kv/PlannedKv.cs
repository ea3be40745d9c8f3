using Kantor.Core.Requests;

namespace Kantor.Core.Kv;

/// <summary>
/// The KV books as they will be once what is planned of a step so far is booked: which idle blocks are pinned or evicted, and which blocks
/// can be found because the step computes them. Changes nothing in the books but nodes of the tree that it pins for a while.
/// </summary>
/// <remarks>Work is done when somebody looks something up, so a step that admits nobody costs nothing.</remarks>
internal sealed class PlannedKv(KvLedger books, KvRules rules)
{
    private readonly long[] _goneIn = new long[books.BlocksTotal];
    private readonly long[] _pinnedIn = new long[books.BlocksTotal];
    private readonly List<int> _madeNodes = [];
    private readonly List<Growth> _growths = [];
    private readonly List<int?> _path = [];
    private long[] _plannedIn = new long[64];
    private TokenContent? _pathContent;
    private int _pathNode;
    private long _plan = 1;
    private int _freeLeft;
    private int _takesPending;
    private int? _nextIdle;

    // Blocks of a content that become findable, after a node of the tree; None for the domain's root.
    private readonly record struct Growth(int Node, TokenContent Content, CacheDomain Domain, int FromBlock, int ToBlock);

    /// <summary>Nothing is planned.</summary>
    public void Reset()
    {
        foreach (var node in _madeNodes) books.Tree.Unpin(node);
        _madeNodes.Clear();
        _growths.Clear();
        _pathContent = null;
        _plan++;
        (_freeLeft, _takesPending, _nextIdle) = (books.BlocksFree, 0, (books.Idle as IdleList)?.FirstOrNone);
    }

    /// <summary>
    /// The prefix that an admission would start with at this point of the plan; idle are the blocks that nobody has pinned yet.
    /// </summary>
    public PrefixHit Probe(TokenContent content, CacheDomain domain, int tokensMax)
    {
        if (!books.CachesPrefixes) return default;
        Settle();
        _path.Clear();
        (_pathContent, _pathNode) = (content, PrefixTree.None);
        if (!books.Tree.TryFindRoot(domain, out var node)) return default;
        var blocks = Math.Min(tokensMax, content.IdentifiedCount) / books.BlockSizeTokens;
        while (_path.Count < blocks && books.Tree.TryFindChild(node, content, _path.Count, out var child) && TryFind(child, out var block))
        {
            _path.Add(block);
            node = child;
        }

        _pathNode = node;
        return new PrefixHit(_path.Count * books.BlockSizeTokens, ChargedInPath());
    }

    /// <summary>
    /// An admission is planned that begins with what was probed for it, has so many blocks beyond it and computes up to a token.
    /// </summary>
    public void Admit(TokenContent content, CacheDomain domain, in PrefixHit hit, int tokensComputed, int blocksMore)
    {
        if (!books.CachesPrefixes) return;
        if (_pathContent != content) Probe(content, domain, hit.Tokens);
        foreach (var block in _path)
        {
            if (block is { } found) _pinnedIn[found] = _plan;
        }

        _takesPending += blocksMore;
        Announce(new Growth(_pathNode, content, domain, _path.Count, ToBlocks(content, tokensComputed)));
    }

    /// <summary>A running sequence is planned to take so many blocks and to compute up to a token.</summary>
    public void Grow(int sequence, int tokensComputed, int blocksMore)
    {
        if (!books.CachesPrefixes) return;
        _takesPending += blocksMore;
        var grown = books.OpenSequence(sequence);
        Announce(new Growth(grown.LastNode, grown.Content, grown.Domain, grown.BlocksFindable, ToBlocks(grown.Content, tokensComputed)));
    }

    private void Announce(in Growth growth)
    {
        if (rules.HitsWithinStep && growth.FromBlock < growth.ToBlock) _growths.Add(growth);
    }

    private int ToBlocks(TokenContent content, int tokens) => Math.Min(tokens, content.IdentifiedCount) / books.BlockSizeTokens;

    private int ChargedInPath()
    {
        var charged = 0;
        foreach (var block in _path) charged += IsCharged(block) ? 1 : 0;
        return charged;
    }

    private bool IsCharged(int? block) =>
        block is { } found && books.ReferencesOf(found) == 0 && !(rules.ChargesSharedOnce && _pinnedIn[found] == _plan);

    /// <summary>The block that holds a node's content, or none when the step computes it.</summary>
    private bool TryFind(int node, out int? block)
    {
        block = books.Tree.BlockOf(node);
        while (block is { } copy && _goneIn[copy] == _plan) block = books.CopyAfter(copy);
        return block is not null || (node < _plannedIn.Length && _plannedIn[node] == _plan);
    }

    private void Settle()
    {
        if (!rules.PinsAdmissionsFirst) Evict();
        foreach (var growth in _growths) Add(growth);
        _growths.Clear();
    }

    /// <summary>
    /// Follows a list only: which blocks a heap will give up is not known before. What an admission then finds missing it computes.
    /// </summary>
    private void Evict()
    {
        if (books.Idle is not IdleList idle) return;
        var fromFree = Math.Min(_freeLeft, _takesPending);
        _freeLeft -= fromFree;
        for (_takesPending -= fromFree; _takesPending > 0 && _nextIdle is { } block; _nextIdle = idle.After(block))
        {
            if (_pinnedIn[block] == _plan) continue;
            _goneIn[block] = _plan;
            _takesPending--;
        }
    }

    private void Add(in Growth growth)
    {
        var node = growth.Node == PrefixTree.None ? books.Tree.RootFor(growth.Domain) : growth.Node;
        for (var index = growth.FromBlock; index < growth.ToBlock; index++)
        {
            node = books.Tree.ChildFor(node, growth.Content, index);
            books.Tree.Pin(node);
            _madeNodes.Add(node);
            if (node >= _plannedIn.Length) Array.Resize(ref _plannedIn, Math.Max(node + 1, _plannedIn.Length * 2));
            _plannedIn[node] = _plan;
        }
    }
}
