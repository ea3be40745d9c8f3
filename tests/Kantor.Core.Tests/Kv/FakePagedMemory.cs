using Kantor.Core.Kv;

namespace Kantor.Core.Tests.Kv;

/// <summary>Memory in blocks, as a paged attention kernel has it: a slot holds the KV of one token, found through the sequence's block table.</summary>
internal sealed class FakePagedMemory(KvLedger ledger)
{
    private readonly string[] _slots = new string[ledger.BlocksTotal * ledger.BlockSizeTokens];

    public int CopiedBlocks { get; private set; }

    /// <summary>Copies what the ledger's changes say was copied since the table was as given.</summary>
    public void Repeat(int sequence, IReadOnlyList<int> tableBefore)
    {
        foreach (var change in ledger.Changes.Where(change => change.Kind == KvChangeKind.Copy))
        {
            Assert.Equal((sequence, sequence), (change.Sequence, change.Source));
            for (var position = change.FromToken; position < change.ToToken; position++)
            {
                _slots[Slot(ledger.BlockTable(sequence), position)] = _slots[Slot(tableBefore, position)];
            }

            CopiedBlocks++;
        }
    }

    public void Write(int sequence, int position, string prefix) => _slots[Slot(ledger.BlockTable(sequence), position)] = prefix;

    public void AssertHolds(int sequence, int position, string prefix) => Assert.Equal(prefix, _slots[Slot(ledger.BlockTable(sequence), position)]);

    private int Slot(IReadOnlyList<int> table, int position) => (table[position / ledger.BlockSizeTokens] * ledger.BlockSizeTokens) + (position % ledger.BlockSizeTokens);
}
