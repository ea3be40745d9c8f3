using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Kv;

/// <summary>
/// What <see cref="KvLedger"/> does, told as plainly as possible: a block's content is its whole prefix as text, cached content is a dictionary
/// of those texts, and the idle blocks are a list. The ledger must agree with it in every hit, count and change.
/// </summary>
internal sealed class NaiveLedger(KvLedgerOptions options)
{
    private readonly Dictionary<string, List<Block>> _cached = [];
    private readonly List<Block> _idle = [];
    private readonly List<Sequence> _sequences = [];
    private readonly Stack<Sequence> _freeSequences = new();

    private sealed class Block
    {
        public required Sequence Holder { get; set; }

        public required int Index { get; init; }

        public int References { get; set; } = 1;

        public string? Content { get; set; }
    }

    private sealed class Sequence
    {
        public required int Id { get; init; }

        public bool IsOpen { get; set; }

        public string Domain { get; set; } = "";

        public int[] Tokens { get; set; } = [];

        public List<Block> Blocks { get; } = [];

        /// <summary>Blocks whose memory is this sequence's own, in order of position, open or not.</summary>
        public SortedList<int, Block> Held { get; } = [];

        public int Committed { get; set; }

        /// <summary>Tokens at a fork whose last block is filled in part and was not written into since.</summary>
        public int? ForkedAt { get; set; }
    }

    public int BlocksFree { get; private set; } = options.BlocksTotal;

    public int BlocksIdle => _idle.Count;

    public List<KvChange> Changes { get; } = [];

    public int Hit(int[] tokens, CacheDomain domain, int tokensMax)
    {
        if (!options.PrefixCaching) return 0;
        var blocks = 0;
        while ((blocks + 1) * options.BlockSizeTokens <= Math.Min(tokensMax, tokens.Length) && _cached.ContainsKey(Text(tokens, domain.ToString(), blocks))) blocks++;
        return blocks * options.BlockSizeTokens;
    }

    public bool TryOpen(int[] tokens, CacheDomain domain, int hitTokensMax, out int id, out int hitTokens)
    {
        (id, hitTokens) = (0, 0);
        if (TakeSequence() is not { } opened) return false;
        (id, hitTokens) = (opened.Id, Hit(tokens, domain, hitTokensMax));
        Start(opened, tokens, domain.ToString(), hitTokens / options.BlockSizeTokens);
        for (var index = 0; index < opened.Committed; index++) Share(opened, _cached[Text(tokens, opened.Domain, index)][0]);
        return true;
    }

    public bool TryGrow(int id, int tokensTotal)
    {
        var grown = _sequences[id];
        var needed = Math.Max(0, BlocksFor(tokensTotal) - grown.Blocks.Count);
        var tail = grown.ForkedAt < tokensTotal ? grown.Blocks[grown.ForkedAt.Value / options.BlockSizeTokens] : null;
        if (needed + (tail?.References > 1 ? 1 : 0) > BlocksFree + BlocksIdle) return false;
        if (tail is not null) OwnTail(grown, tail);
        for (; needed > 0; needed--) grown.Blocks.Add(Hold(grown, grown.Blocks.Count));
        return true;
    }

    public bool TryFork(int id, int[] tokens, int computed, out int fork)
    {
        fork = 0;
        if (TakeSequence() is not { } opened) return false;
        var parent = _sequences[id];
        fork = opened.Id;
        Start(opened, tokens, parent.Domain, parent.Committed);
        foreach (var block in parent.Blocks.Take(BlocksFor(computed))) Share(opened, block, computed);
        if (computed % options.BlockSizeTokens != 0) opened.ForkedAt = parent.ForkedAt = computed;
        return true;
    }

    public void Commit(int id, int tokensComputed)
    {
        var committed = _sequences[id];
        if (!options.PrefixCaching) return;
        for (; (committed.Committed + 1) * options.BlockSizeTokens <= tokensComputed; committed.Committed++)
        {
            var (text, block) = (Text(committed.Tokens, committed.Domain, committed.Committed), committed.Blocks[committed.Committed]);
            if (_cached.TryAdd(text, [block])) block.Content = text;
            else if (options.KeepsCopies)
            {
                _cached[text].Add(block);
                block.Content = text;
            }
        }
    }

    public void Close(int id, bool keepsContent)
    {
        var closed = _sequences[id];
        foreach (var block in Enumerable.Reverse(closed.Blocks))
        {
            if (block.Holder != closed) Drop(closed, block.Index);
            if (--block.References > 0) continue;
            var isKept = block.Content is not null || options.Retention.KeepsUnfindable;
            if (isKept) _idle.Add(block);
            if (!isKept || !keepsContent) Free(block);
        }

        closed.IsOpen = false;
        Recycle(closed);
        while (options.IdleBlocksMax < _idle.Count) Free(_idle[0]);
    }

    private int BlocksFor(int tokens) => (tokens + options.BlockSizeTokens - 1) / options.BlockSizeTokens;

    private string Text(int[] tokens, string domain, int block) => domain + string.Join(',', tokens[..((block + 1) * options.BlockSizeTokens)]);

    private static void Start(Sequence opened, int[] tokens, string domain, int committed)
    {
        (opened.IsOpen, opened.Tokens, opened.Domain, opened.Committed) = (true, tokens, domain, committed);
        opened.ForkedAt = null;
        opened.Blocks.Clear();
    }

    private void Share(Sequence opened, Block block, int tokensEnd = int.MaxValue)
    {
        Changes.Add(Change(KvChangeKind.Share, opened, block.Holder, block.Index, tokensEnd));
        opened.Blocks.Add(block);
        if (block.References++ > 0) return;
        _idle.Remove(block);
        Drop(block.Holder, block.Index);
        Move(block, opened);
    }

    private void OwnTail(Sequence writer, Block tail)
    {
        if (tail.References > 1)
        {
            if (tail.Holder == writer) Move(tail, _sequences.First(other => other.IsOpen && other != writer && other.Blocks.Contains(tail)));
            writer.Blocks[tail.Index] = Hold(writer, tail.Index);
            Changes.Add(Change(KvChangeKind.Copy, writer, writer, tail.Index, writer.ForkedAt!.Value));
            tail.References--;
        }
        else if (tail.Holder != writer)
        {
            Drop(tail.Holder, tail.Index);
            Move(tail, writer);
        }

        writer.ForkedAt = null;
    }

    private Block Hold(Sequence holder, int index)
    {
        if (BlocksFree == 0) Free(_idle[0]);
        BlocksFree--;
        return holder.Held[index] = new Block { Holder = holder, Index = index };
    }

    private void Free(Block block)
    {
        if (block.Content is not null) Forget(block, block.Content);
        _idle.Remove(block);
        Drop(block.Holder, block.Index);
        BlocksFree++;
        block.Holder.Held.Remove(block.Index);
        Recycle(block.Holder);
    }

    private void Forget(Block block, string content)
    {
        _cached[content].Remove(block);
        if (_cached[content].Count == 0) _cached.Remove(content);
    }

    private void Move(Block block, Sequence holder)
    {
        var before = block.Holder;
        before.Held.Remove(block.Index);
        (block.Holder, holder.Held[block.Index]) = (holder, block);
        Recycle(before);
    }

    private void Recycle(Sequence sequence)
    {
        if (!sequence.IsOpen && sequence.Held.Count == 0) _freeSequences.Push(sequence);
    }

    private Sequence? TakeSequence()
    {
        if (_freeSequences.Count == 0 && _sequences.Count == options.SequencesMax)
        {
            var given = _idle.Select(block => block.Holder).FirstOrDefault(holder => !holder.IsOpen && holder.Held.Values.All(_idle.Contains));
            foreach (var block in given?.Held.Values.ToArray() ?? []) Free(block);
            return _freeSequences.TryPop(out var taken) ? taken : null;
        }

        if (_freeSequences.TryPop(out var free)) return free;
        _sequences.Add(new Sequence { Id = _sequences.Count });
        return _sequences[^1];
    }

    private void Drop(Sequence sequence, int index) => Changes.Add(Change(KvChangeKind.Drop, sequence, sequence, index));

    private KvChange Change(KvChangeKind kind, Sequence sequence, Sequence source, int index, int tokensEnd = int.MaxValue) =>
        new(kind, sequence.Id, source.Id, index * options.BlockSizeTokens, Math.Min((index + 1) * options.BlockSizeTokens, tokensEnd));
}
