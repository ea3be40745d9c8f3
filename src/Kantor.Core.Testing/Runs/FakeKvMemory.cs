using Kantor.Core.Kv;

namespace Kantor.Core.Testing.Runs;

/// <summary>
/// What a back end with single-token cells does with the ledger's changes, as llama.cpp's unified cache does: a cell holds the KV of one
/// position for a set of sequences. KV depends on every token before, so a cell stands for a whole prefix, as text.
/// </summary>
public sealed class FakeKvMemory
{
    private readonly Dictionary<(int Sequence, int Position), Cell> _cells = [];

    /// <summary>Cells that some sequence still has.</summary>
    public int LiveCells => _cells.Values.Distinct().Count();

    /// <summary>Sequences that have cells.</summary>
    public int LiveSequences => _cells.Keys.Select(key => key.Sequence).Distinct().Count();

    /// <summary>Does what the ledger has done since it was last repeated.</summary>
    public void Repeat(KvLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
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

    /// <summary>A token is computed.</summary>
    /// <exception cref="LawBrokenException">The sequence has that position already.</exception>
    public void Write(int sequence, int position, string prefix, string domain)
    {
        LawBrokenException.Unless(!_cells.ContainsKey((sequence, position)), () => $"sequence {sequence} has position {position} already");
        _cells[(sequence, position)] = new Cell { Prefix = prefix, Domain = domain };
    }

    /// <summary>A token is read.</summary>
    /// <exception cref="LawBrokenException">The sequence lacks that position, or it holds something else.</exception>
    public void RequireHolds(int sequence, int position, string prefix, string domain)
    {
        LawBrokenException.Unless(_cells.TryGetValue((sequence, position), out var cell), () => $"sequence {sequence} lacks position {position}");
        LawBrokenException.Unless(
            cell!.Prefix == prefix && cell.Domain == domain,
            () => $"position {position} of sequence {sequence} holds '{cell.Prefix}' of '{cell.Domain}' and not '{prefix}' of '{domain}'");
    }

    private sealed class Cell
    {
        public required string Prefix { get; init; }

        public required string Domain { get; init; }

        public Cell Copy() => new() { Prefix = Prefix, Domain = Domain };
    }
}
