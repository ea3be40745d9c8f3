using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Tests.Kv;

/// <summary>
/// Drives a ledger and its naive model by numbers, repeats the changes on fake memories of single tokens and of blocks, and after each operation
/// proves the books, that the two agree, and that the memories hold what was computed.
/// </summary>
internal sealed class LedgerDriver
{
    private const int ContentMax = 12;

    private readonly List<Live> _live = [];
    private readonly KvLedgerOptions _options;
    private readonly NaiveLedger _naive;
    private readonly FakePagedMemory _paged;

    private sealed class Live
    {
        public required int Sequence { get; init; }

        public required int[] Tokens { get; init; }

        public required CacheDomain Domain { get; init; }

        public required int Computed { get; set; }

        public string Prefix(int position) => string.Join(',', Tokens[..(position + 1)]);
    }

    public LedgerDriver(KvLedgerOptions options)
    {
        _options = options;
        Ledger = new KvLedger(options);
        _naive = new NaiveLedger(options);
        _paged = new FakePagedMemory(Ledger);
    }

    public KvLedger Ledger { get; }

    public FakeKvMemory Memory { get; } = new();

    public List<int> HitTokens { get; } = [];

    public List<bool> Opened { get; } = [];

    public int Refused { get; private set; }

    public int Forks { get; private set; }

    public int CopiedBlocks => _paged.CopiedBlocks;

    /// <summary>Runs the operations; each number says what to do and to whom.</summary>
    public void Run(int[] operations)
    {
        foreach (var number in operations)
        {
            var argument = number / 9;
            switch (number % 9)
            {
                case 0 or 1:
                    Open(argument);
                    break;
                case 2 or 3 or 4 or 5 when _live.Count > 0:
                    Compute(_live[argument % _live.Count], 1 + (argument / 7 % 5));
                    break;
                case 6 or 7 when _live.Count > 0:
                    Close(argument % _live.Count, keepsContent: argument % 13 != 0);
                    break;
                case 8 when _live.Count > 0:
                    Fork(_live[argument % _live.Count], argument / 7);
                    break;
                default:
                    break;
            }

            AssertLaws();
        }
    }

    public void CloseAll()
    {
        while (_live.Count > 0) Close(0, keepsContent: true);
        AssertLaws();
    }

    /// <summary>Contents are words over two letters, so that many share prefixes.</summary>
    private void Open(int argument)
    {
        var length = 1 + (argument % ContentMax);
        var tokens = new int[length];
        for (var i = 0; i < length; i++) tokens[i] = argument >> (4 + (i / 3)) & 1;
        var domain = new CacheDomain(argument / 5 % 2, argument / 11 % 2);
        var expected = Ledger.Probe(TokenContent.FromTokens(tokens), domain, length - 1);
        var before = (Ledger.BlocksFree, Ledger.BlocksIdle, Ledger.Changes.Count);
        Assert.Equal(_naive.Hit(tokens, domain, length - 1), expected.Tokens);
        var opened = Ledger.TryOpen(TokenContent.FromTokens(tokens), domain, length - 1, out var sequence, out var hitTokens);
        Assert.Equal((_naive.TryOpen(tokens, domain, length - 1, out var naiveSequence, out var naiveHit), naiveSequence, naiveHit), (opened, sequence, hitTokens));
        Opened.Add(opened);
        if (!opened)
        {
            Assert.Equal(before, (Ledger.BlocksFree, Ledger.BlocksIdle, Ledger.Changes.Count));
            Refused++;
            return;
        }

        HitTokens.Add(hitTokens);
        if (_options.SequencesMax is null) Assert.Equal(expected.Tokens, hitTokens);
        Assert.True(hitTokens < length);
        _live.Add(new Live { Sequence = sequence, Tokens = tokens, Domain = domain, Computed = hitTokens });
    }

    /// <summary>The fork goes on with one letter, which may be the sequence's own.</summary>
    private void Fork(Live live, int argument)
    {
        int[] tokens = [.. live.Tokens[..live.Computed], .. Enumerable.Repeat(argument & 1, 1 + (argument / 2 % 4))];
        var forked = Ledger.TryFork(live.Sequence, live.Computed, TokenContent.FromTokens(tokens), out var fork);
        Assert.Equal((_naive.TryFork(live.Sequence, tokens, live.Computed, out var naiveFork), naiveFork), (forked, fork));
        if (!forked) return;
        Forks++;
        _live.Add(new Live { Sequence = fork, Tokens = tokens, Domain = live.Domain, Computed = live.Computed });
    }

    private void Compute(Live live, int tokens)
    {
        var target = Math.Min(live.Tokens.Length, live.Computed + tokens);
        Repeat();
        var before = Ledger.BlockTable(live.Sequence).ToArray();
        var grown = Ledger.TryGrow(live.Sequence, target);
        Assert.Equal(_naive.TryGrow(live.Sequence, target), grown);
        if (!grown) return;
        _paged.Repeat(live.Sequence, before);
        Repeat();
        for (; live.Computed < target; live.Computed++) Write(live, live.Computed);
        Ledger.Commit(live.Sequence, target);
        _naive.Commit(live.Sequence, target);
    }

    private void Close(int index, bool keepsContent)
    {
        Ledger.Close(_live[index].Sequence, keepsContent);
        _naive.Close(_live[index].Sequence, keepsContent);
        _live.RemoveAt(index);
    }

    private void AssertLaws()
    {
        Ledger.Verify();
        Assert.Equal(Ledger.BlocksTotal, Ledger.BlocksFree + Ledger.BlocksIdle + Ledger.BlocksUsed);
        for (var block = 0; block < Ledger.BlocksTotal; block++) Assert.True(Ledger.ReferencesOf(block) >= 0);
        Assert.Equal((_naive.BlocksFree, _naive.BlocksIdle), (Ledger.BlocksFree, Ledger.BlocksIdle));
        Repeat();
        Assert.True(Memory.LiveCells <= Ledger.BlocksTotal * Ledger.BlockSizeTokens, $"{Memory.LiveCells} cells live in {Ledger.BlocksTotal} blocks");
        if (_options.SequencesMax is { } limit) Assert.True(Memory.LiveSequences <= limit);
        foreach (var live in _live)
        {
            for (var position = 0; position < live.Computed; position++)
            {
                Memory.RequireHolds(live.Sequence, position, live.Prefix(position), live.Domain.ToString());
                _paged.AssertHolds(live.Sequence, position, live.Domain + live.Prefix(position));
            }
        }
    }

    private void Write(Live live, int position)
    {
        Memory.Write(live.Sequence, position, live.Prefix(position), live.Domain.ToString());
        _paged.Write(live.Sequence, position, live.Domain + live.Prefix(position));
    }

    private void Repeat()
    {
        Assert.Equal(_naive.Changes, Ledger.Changes);
        _naive.Changes.Clear();
        Memory.Repeat(Ledger);
    }
}
