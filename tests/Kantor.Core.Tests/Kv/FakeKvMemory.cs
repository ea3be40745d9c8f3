using Kantor.Core.Kv;

namespace Kantor.Core.Tests.Kv;

/// <summary>
/// What a back end with single-token cells does with the ledger's changes, as llama.cpp's unified cache does: a cell holds the KV of one
/// position for a set of sequences. KV depends on every token before, so a cell stands for a whole prefix, as text.
/// </summary>
internal sealed class FakeKvMemory
{
    private readonly Dictionary<(int Sequence, int Position), Cell> _cells = [];

    private sealed class Cell
    {
        public required string Prefix { get; init; }

        public required string Domain { get; init; }

        public Cell Copy() => new() { Prefix = Prefix, Domain = Domain };
    }

    /// <summary>Cells that some sequence still has.</summary>
    public int LiveCells => _cells.Values.Distinct().Count();

    public int LiveSequences => _cells.Keys.Select(key => key.Sequence).Distinct().Count();

    public void Repeat(KvLedger ledger)
    {
        foreach (var change in ledger.Changes)
        {
            for (var position = change.FromToken; position < change.ToToken; position++)
            {
                if (change.Kind == KvChangeKind.Drop) _cells.Remove((change.Sequence, position));
                else _cells[(change.Sequence, position)] = change.Kind == KvChangeKind.Share ? _cells[(change.Source, position)] : _cells[(change.Source, position)].Copy();
            }
        }

        ledger.ClearChanges();
    }

    public void Write(int sequence, int position, string prefix, string domain)
    {
        Assert.False(_cells.ContainsKey((sequence, position)), $"sequence {sequence} has position {position} already");
        _cells[(sequence, position)] = new Cell { Prefix = prefix, Domain = domain };
    }

    public void AssertHolds(int sequence, int position, string prefix, string domain)
    {
        Assert.True(_cells.TryGetValue((sequence, position), out var cell), $"sequence {sequence} lacks position {position}");
        Assert.Equal(prefix, cell.Prefix);
        Assert.Equal(domain, cell.Domain);
    }
}
