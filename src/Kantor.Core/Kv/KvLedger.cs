using System.Runtime.InteropServices;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Retention;

namespace Kantor.Core.Kv;

/// <summary>
/// The books of one replica's KV pool: which block belongs to whom, which content is cached, what is free. Blocks are reference-counted and
/// shared by equal prefix within a <see cref="CacheDomain"/>; released blocks stay cached until their room is needed, in the order of the
/// <see cref="IRetention"/> policy, the tail of a prefix before its head.
/// </summary>
/// <remarks>
/// Owner: one scheduler, one thread. After every operation <c>free + idle + used = total</c>; <see cref="Verify"/> proves it.
/// Each block is <i>held</i> by exactly one sequence, the one whose memory it really is; others that share it only reference it. A closed
/// sequence keeps its id while blocks that it holds are cached or shared, so that a host with real memory knows where they lie. A second
/// copy of content that is cached already is not kept when its sequence closes, unless <see cref="KvLedgerOptions.KeepsCopies"/>. Only
/// whole blocks are shared by prefix; a block filled in part is shared by a fork alone, and copied when one of its sequences writes on.
/// </remarks>
public sealed partial class KvLedger
{
    private readonly KvLedgerOptions _options;
    private readonly PrefixTree _tree;
    private readonly Block[] _blocks;
    private readonly Stack<int> _free;
    private readonly IdleOrder _idle;
    private readonly List<SequenceBlocks> _sequences = [];
    private readonly Stack<int> _freeSequences = new();
    private readonly KvChangeLog _changes;
    private readonly BlockCopies _copies;
    private readonly PolicyState _state;

    private struct Block
    {
        public int References;
        public int Node;
        public int Holder;
        public int Index;
    }

    /// <summary>A pool with all blocks free.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public KvLedger(KvLedgerOptions options)
    {
        options.Validate();
        _options = options;
        _changes = new KvChangeLog(options.RecordsChanges, options.BlockSizeTokens);
        _tree = new PrefixTree(options.BlockSizeTokens, options.KeyHash);
        _blocks = new Block[options.BlocksTotal];
        _copies = new BlockCopies(options.KeepsCopies ? options.BlocksTotal : 0);
        _state = options.Retention.NewState();
        if (!options.Retention.KeysAscend) _hits = new int[options.BlocksTotal];
        _idle = options.Retention.KeysAscend
            ? new IdleList(options.BlocksTotal)
            : new IdleHeap(options.BlocksTotal, _tree, _copies, options.Retention, _state, this);
        _free = new Stack<int>(options.BlocksTotal);
        for (var block = options.BlocksTotal - 1; block >= 0; block--) _free.Push(block);
    }

    /// <summary>Blocks of the pool.</summary>
    public int BlocksTotal => _options.BlocksTotal;

    /// <summary>Tokens per block.</summary>
    public int BlockSizeTokens => _options.BlockSizeTokens;

    /// <summary>Whether released blocks keep their content for later prefix hits.</summary>
    public bool CachesPrefixes => _options.PrefixCaching;

    /// <summary>Blocks without content.</summary>
    public int BlocksFree => _free.Count;

    /// <summary>Blocks with cached content that no live sequence references; they can be had at the price of the content.</summary>
    public int BlocksIdle => _idle.Count;

    /// <summary>Blocks that live sequences reference.</summary>
    public int BlocksUsed => BlocksTotal - BlocksFree - BlocksIdle;

    /// <summary>Blocks that an allocation can have now: free and idle ones.</summary>
    public int BlocksAvailable => BlocksFree + BlocksIdle;

    /// <summary>Sequences that are open.</summary>
    public int SequencesOpen { get; private set; }

    internal PrefixTree Tree => _tree;

    internal IdleOrder Idle => _idle;

    /// <summary>What the host must repeat on real memory, oldest first; empty unless the options ask for it. The host clears it.</summary>
    public IReadOnlyList<KvChange> Changes => _changes.Changes;

    /// <summary>Forgets the listed changes, once the host has repeated them.</summary>
    public void ClearChanges() => _changes.Clear();

    /// <summary>Where copies between a sequence and a place are listed, among the changes.</summary>
    internal KvChangeLog ChangeLog => _changes;

    /// <summary>Blocks that <paramref name="tokens"/> tokens take.</summary>
    public int BlocksFor(int tokens) => tokens == 0 ? 0 : ((tokens - 1) / BlockSizeTokens) + 1;

    /// <summary>
    /// The longest cached prefix of the content, in whole blocks, of at most <paramref name="tokensMax"/> tokens. Changes nothing.
    /// </summary>
    public PrefixHit Probe(TokenContent content, CacheDomain domain, int tokensMax)
    {
        if (!_options.PrefixCaching || !_tree.TryFindRoot(domain, out var node)) return default;
        var blocks = Math.Min(tokensMax, content.IdentifiedCount) / BlockSizeTokens;
        var (hit, idle) = (0, 0);
        for (; hit < blocks && _tree.TryFindChild(node, content, hit, out var child) && _tree.BlockOf(child) is { } block; hit++)
        {
            if (_blocks[block].References == 0) idle++;
            node = child;
        }

        return new PrefixHit(hit * BlockSizeTokens, idle);
    }

    /// <summary>
    /// Opens a sequence that starts with the longest cached prefix of at most <paramref name="hitTokensMax"/> tokens. False, with nothing
    /// changed, when every sequence id is taken by live content.
    /// </summary>
    public bool TryOpen(TokenContent content, CacheDomain domain, int hitTokensMax, out int sequence, out int hitTokens)
    {
        hitTokens = 0;
        if (!TryTakeSequenceId(out sequence)) return false;
        var opened = _sequences[sequence];
        opened.Open(content, domain);
        SequencesOpen++;
        if (_options.PrefixCaching)
        {
            opened.LastNode = _tree.RootFor(domain);
            hitTokens = ShareCachedPrefix(sequence, opened, hitTokensMax);
            _tree.Pin(opened.LastNode);
        }

        return true;
    }

    /// <summary>
    /// Makes room for the sequence's first <paramref name="tokensTotal"/> tokens, all of which it may write from now on: a block filled in
    /// part that a fork shares is copied first. False, with nothing changed, without enough blocks.
    /// </summary>
    public bool TryGrow(int sequence, int tokensTotal)
    {
        var grown = OpenSequence(sequence);
        // The rule in a decode, which is asked once a token.
        if (tokensTotal <= grown.Blocks.Count * BlockSizeTokens && grown.SharedTailTokens is null) return true;
        var needed = Math.Max(0, BlocksFor(tokensTotal) - grown.Blocks.Count);
        if (needed > BlocksAvailable) return false;
        if (grown.SharedTailTokens is { } filled && tokensTotal > filled && !TryOwnTail(sequence, grown, filled, needed)) return false;
        TakeBlocks(sequence, grown, needed);
        return true;
    }

    /// <summary>
    /// The sequence's first <paramref name="tokensComputed"/> tokens are in memory: whole blocks of known content can be hit from now on.
    /// Never call it for a step that failed.
    /// </summary>
    public void Commit(int sequence, int tokensComputed)
    {
        var committed = OpenSequence(sequence);
        if (!_options.PrefixCaching) return;
        var blocks = Math.Min(tokensComputed, committed.Content.IdentifiedCount) / BlockSizeTokens;
        if (committed.BlocksCommitted >= blocks) return;
        Register(committed, blocks);
        if (_announced is { } announced) announced.Settle(committed, blocks);
        committed.BlocksCommitted = blocks;
    }

    /// <summary>
    /// Ends the sequence: its blocks stay cached where their content is known and computed, the others are free. Content that cannot be
    /// trusted, because computing it failed, is not kept unless another sequence references it.
    /// </summary>
    public void Close(int sequence, bool keepsContent = true)
    {
        var closed = OpenSequence(sequence);
        if (_options.PrefixCaching) _tree.Unpin(closed.LastNode);
        for (var index = closed.Blocks.Count - 1; index >= 0; index--)
        {
            var block = closed.Blocks[index];
            ReleaseFrom(sequence, closed, block, index);
            if (keepsContent || !_idle.Contains(block)) continue;
            Evict(block);
            _free.Push(block);
        }

        closed.Close();
        SequencesOpen--;
        RecycleIfEmpty(sequence);
        while (_options.IdleBlocksMax is { } most && _idle.Count > most) _free.Push(EvictFirst());
    }

    /// <summary>Blocks that become available when this sequence alone closes.</summary>
    public int BlocksExclusive(int sequence)
    {
        var exclusive = 0;
        foreach (var block in OpenSequence(sequence).Blocks) exclusive += _blocks[block].References == 1 ? 1 : 0;
        return exclusive;
    }

    /// <summary>Blocks that the sequence has, shared ones included.</summary>
    public int BlocksOf(int sequence) => OpenSequence(sequence).Blocks.Count;

    /// <summary>The sequence's block ids in order of position; for tests and displays.</summary>
    public IReadOnlyList<int> BlockTable(int sequence) => OpenSequence(sequence).Blocks;

    /// <summary>References to a block; for tests and displays.</summary>
    public int ReferencesOf(int block) => _blocks[block].References;

    internal int? CopyAfter(int block) => _copies.After(block);

    /// <summary>Proves the books by counting everything anew.</summary>
    /// <exception cref="InvalidOperationException">A law is broken; the message names it.</exception>
    public void Verify()
    {
        var references = new int[BlocksTotal];
        var held = new int[_sequences.Count];
        var idleHeld = new int[_sequences.Count];
        foreach (var sequence in _sequences.Where(sequence => sequence.IsOpen))
        {
            foreach (var block in sequence.Blocks) references[block]++;
        }

        for (var block = 0; block < BlocksTotal; block++)
        {
            if (references[block] != _blocks[block].References)
            {
                throw Broken($"block {block} has {references[block]} references, booked {_blocks[block].References}");
            }

            var idle = _idle.Contains(block);
            if (idle && references[block] != 0) throw Broken($"block {block} is idle and referenced");
            var mayLackContent = _options.Retention.KeepsUnfindable && _blocks[block].Node == PrefixTree.None;
            if (idle && !mayLackContent && !IsFindable(block)) throw Broken($"block {block} is idle without content");
            if (idle || references[block] > 0) held[_blocks[block].Holder]++;
            if ((idle || references[block] > 0) && !IsInTableOfHolder(block))
            {
                throw Broken($"block {block} is not in the table of sequence {_blocks[block].Holder}, which holds it");
            }

            if (idle) idleHeld[_blocks[block].Holder]++;
        }

        var free = new bool[BlocksTotal];
        foreach (var block in _free)
        {
            if (free[block]) throw Broken($"block {block} is free twice");
            if (references[block] != 0 || _idle.Contains(block)) throw Broken($"block {block} is free and in use");
            free[block] = true;
        }

        var used = references.Count(count => count > 0);
        if (_free.Count + _idle.Count + used != BlocksTotal)
        {
            throw Broken($"free {_free.Count} + idle {_idle.Count} + used {used} is not {BlocksTotal}");
        }

        for (var id = 0; id < held.Length; id++)
        {
            if (held[id] != _sequences[id].BlocksHeld) throw Broken($"sequence {id} holds {held[id]}, booked {_sequences[id].BlocksHeld}");
            if (idleHeld[id] != _sequences[id].BlocksIdle)
            {
                throw Broken($"sequence {id} holds {idleHeld[id]} idle, booked {_sequences[id].BlocksIdle}");
            }
        }
    }

    private bool IsFindable(int block) =>
        _blocks[block].Node is not PrefixTree.None and var node && _tree.BlockOf(node) is { } first && _copies.Has(first, block);

    private bool IsInTableOfHolder(int block) =>
        _sequences[_blocks[block].Holder].Blocks is var table && _blocks[block].Index is var index && index < table.Count
            && table[index] == block;

    private static InvalidOperationException Broken(string law) => new("KV ledger: " + law + ".");

    private int ShareCachedPrefix(int sequence, SequenceBlocks opened, int hitTokensMax)
    {
        var blocks = Math.Min(hitTokensMax, opened.Content.IdentifiedCount) / BlockSizeTokens;
        var hit = opened.BlocksFindable;
        for (
            ; hit < blocks && _tree.TryFindChild(opened.LastNode, opened.Content, hit, out var child)
                && _tree.BlockOf(child) is { } block; hit++)
        {
            Share(sequence, opened, block);
            opened.LastNode = child;
            if (opened.BlocksCommitted == hit && _announced?.Has(block) != true) opened.BlocksCommitted++;
        }

        opened.BlocksFindable = opened.BlocksBegunWith = hit;
        return hit * BlockSizeTokens;
    }

    /// <summary>An idle block moves to the new sequence, so that its old holder can be forgotten; a used one is referenced.</summary>
    private void Share(int sequence, SequenceBlocks opened, int id, int tokensEnd = int.MaxValue)
    {
        ref var block = ref _blocks[id];
        _changes.Add(KvChangeKind.Share, sequence, block.Holder, block.Index, tokensEnd);
        if (_hits.Length > 0) _hits[id]++;
        if (block.References++ == 0)
        {
            RemoveIdle(id);
            TakeOver(sequence, opened, ref block);
        }

        opened.Blocks.Add(id);
    }

    /// <summary>A block that its holder no longer references moves to a sequence that does.</summary>
    private void TakeOver(int sequence, SequenceBlocks taker, ref Block block)
    {
        var holder = block.Holder;
        _changes.Add(KvChangeKind.Drop, holder, holder, block.Index);
        block.Holder = sequence;
        taker.BlocksHeld++;
        LoseHeldBlock(holder);
    }

    private void TakeBlocks(int sequence, SequenceBlocks taker, int blocks)
    {
        var held = taker.Blocks.Count;
        CollectionsMarshal.SetCount(taker.Blocks, held + blocks);
        var taken = CollectionsMarshal.AsSpan(taker.Blocks);
        for (var index = held; index < taken.Length; index++) taken[index] = TakeBlock(sequence, taker, index);
    }

    private int TakeBlock(int sequence, SequenceBlocks taker, int index)
    {
        var block = _free.Count > 0 ? _free.Pop() : EvictFirst();
        if (_hits.Length > 0) _hits[block] = 0;
        _blocks[block] = new Block { References = 1, Holder = sequence, Index = index };
        taker.BlocksHeld++;
        return block;
    }

    private void Register(SequenceBlocks sequence, int blocks)
    {
        if (sequence.BlocksFindable >= blocks) return;
        // Only the last node needs a pin: the ones before it have a child.
        var pinned = sequence.LastNode;
        for (; sequence.BlocksFindable < blocks; sequence.BlocksFindable++) RegisterBlock(sequence, sequence.BlocksFindable);
        _tree.Pin(sequence.LastNode);
        _tree.Unpin(pinned);
    }

    private void RegisterBlock(SequenceBlocks sequence, int index)
    {
        var (node, id) = (_tree.ChildFor(sequence.LastNode, sequence.Content, index), sequence.Blocks[index]);
        sequence.LastNode = node;
        if (_tree.BlockOf(node) is not { } first) _tree.SetBlock(node, id);
        else if (!_copies.TryAdd(first, id)) return;
        _blocks[id].Node = node;
    }

    /// <summary>The block's content cannot be found any more, unless there is a copy of it.</summary>
    private void Unregister(int id)
    {
        var node = _blocks[id].Node;
        if (node == PrefixTree.None) return;
        _blocks[id].Node = PrefixTree.None;
        if (_tree.BlockOf(node) is not { } first) return;
        var next = _copies.Remove(first, id);
        if (first != id) return;
        if (next is { } copy) _tree.SetBlock(node, copy);
        else _tree.ClearBlock(node);
    }

    private void ReleaseFrom(int sequence, SequenceBlocks closed, int id, int index)
    {
        ref var block = ref _blocks[id];
        _releasing = sequence;
        block.References--;
        if (block.Holder != sequence) _changes.Add(KvChangeKind.Drop, sequence, sequence, index);
        if (block.References > 0) return;
        if (_announced?.Forget(id) == true) Unregister(id);
        if (block.Node != PrefixTree.None || _options.Retention.KeepsUnfindable)
        {
            _idle.Add(id);
            _sequences[block.Holder].BlocksIdle++;
            return;
        }

        _changes.Add(KvChangeKind.Drop, block.Holder, block.Holder, index);
        _free.Push(id);
        if (block.Holder == sequence) closed.BlocksHeld--;
        else LoseHeldBlock(block.Holder);
    }

    private int EvictFirst()
    {
        var block = _idle.First;
        _idle.Evict(block);
        Forget(block);
        return block;
    }

    private void Evict(int id)
    {
        _idle.Remove(id);
        Forget(id);
    }

    /// <summary>The block is idle no longer and has no content any more.</summary>
    private void Forget(int id)
    {
        ref var block = ref _blocks[id];
        var holder = _sequences[block.Holder];
        holder.BlocksIdle--;
        Unregister(id);
        _changes.Add(KvChangeKind.Drop, block.Holder, block.Holder, block.Index);
        if (--holder.BlocksHeld == 0) RecycleIfEmpty(block.Holder);
    }

    private void LoseHeldBlock(int holder)
    {
        _sequences[holder].BlocksHeld--;
        RecycleIfEmpty(holder);
    }

    private void RecycleIfEmpty(int sequence)
    {
        if (_sequences[sequence] is { IsOpen: false, BlocksHeld: 0 }) _freeSequences.Push(sequence);
    }

    private bool TryTakeSequenceId(out int sequence)
    {
        if (_freeSequences.TryPop(out sequence)) return true;
        if (_options.SequencesMax is { } limit && _sequences.Count == limit)
        {
            return TryEvictSequence() && _freeSequences.TryPop(out sequence);
        }

        sequence = _sequences.Count;
        _sequences.Add(new SequenceBlocks());
        return true;
    }

    /// <summary>
    /// Frees the id of the closed sequence with the first block to go, among those of which no block is shared with a live one.
    /// </summary>
    private bool TryEvictSequence()
    {
        if (_idle.Find(HolderCanGo) is not { } block) return false;
        EvictAllOf(_blocks[block].Holder);
        return true;
    }

    private bool HolderCanGo(int block) =>
        _sequences[_blocks[block].Holder] is { IsOpen: false } holder && holder.BlocksIdle == holder.BlocksHeld;

    private void EvictAllOf(int holder)
    {
        foreach (var id in _sequences[holder].Blocks)
        {
            if (!_idle.Contains(id) || _blocks[id].Holder != holder) continue;
            Evict(id);
            _free.Push(id);
        }
    }

    private void RemoveIdle(int id)
    {
        _idle.Remove(id);
        _sequences[_blocks[id].Holder].BlocksIdle--;
    }

    internal SequenceBlocks OpenSequence(int sequence)
    {
        if ((uint)sequence >= (uint)_sequences.Count || !_sequences[sequence].IsOpen)
        {
            throw new InvalidOperationException($"KV sequence {sequence} is not open.");
        }

        return _sequences[sequence];
    }
}
