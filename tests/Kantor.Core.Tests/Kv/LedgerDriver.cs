using Kantor.Core.Kv;

namespace Kantor.Core.Tests.Kv;

/// <summary>
/// Drives a ledger and its naive model by numbers, repeats the changes on a fake memory, and after each operation proves the books and that the
/// two agree.
/// </summary>
internal sealed class LedgerDriver(KvLedgerOptions options)
{
    private const int ContentMax = 12;

    private readonly List<Live> _live = [];
    private readonly NaiveLedger _naive = new(options);

    private sealed class Live
    {
        public required int Sequence { get; init; }

        public required int[] Tokens { get; init; }

        public required CacheDomain Domain { get; init; }

        public required int Computed { get; set; }

        public string Prefix(int position) => string.Join(',', Tokens[..(position + 1)]);
    }

    public KvLedger Ledger { get; } = new(options);

    public FakeKvMemory Memory { get; } = new();

    public List<int> HitTokens { get; } = [];

    public List<bool> Opened { get; } = [];

    public int Refused { get; private set; }

    /// <summary>Runs the operations; each number says what to do and to whom.</summary>
    public void Run(int[] operations)
    {
        foreach (var number in operations)
        {
            var argument = number / 8;
            switch (number % 8)
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
        if (options.SequencesMax is null) Assert.Equal(expected.Tokens, hitTokens);
        Assert.True(hitTokens < length);
        _live.Add(new Live { Sequence = sequence, Tokens = tokens, Domain = domain, Computed = hitTokens });
    }

    private void Compute(Live live, int tokens)
    {
        var target = Math.Min(live.Tokens.Length, live.Computed + tokens);
        var grown = Ledger.TryGrow(live.Sequence, target);
        Assert.Equal(_naive.TryGrow(live.Sequence, target), grown);
        if (!grown) return;
        Repeat();
        for (; live.Computed < target; live.Computed++) Memory.Write(live.Sequence, live.Computed, live.Prefix(live.Computed), live.Domain.ToString());
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
        if (options.SequencesMax is { } limit) Assert.True(Memory.LiveSequences <= limit);
        foreach (var live in _live)
        {
            for (var position = 0; position < live.Computed; position++) Memory.AssertHolds(live.Sequence, position, live.Prefix(position), live.Domain.ToString());
        }
    }

    private void Repeat()
    {
        Assert.Equal(_naive.Changes, Ledger.Changes);
        _naive.Changes.Clear();
        Memory.Repeat(Ledger);
    }
}
