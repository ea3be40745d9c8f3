using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Engine.Backends;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Loop;

namespace Kantor.Engine.Tests.Loop;

public class KvMirrorTests
{
    [Fact]
    public void Merged_changes_leave_the_memory_that_single_changes_would_leave__INV_ENG_6()
    {
        TestSeed.Each(300, seed =>
        {
            var books = NewBooks();
            var (merged, single) = (new Memory(), new Memory());
            var mirror = new KvMirror(merged);
            var life = new RandomLife(seed, books);
            for (var turn = 0; turn < 120; turn++)
            {
                life.Turn();
                foreach (var change in books.Changes) single.Do(change);
                mirror.TryRepeat(books);
                Assert.Empty(books.Changes);
                Assert.Equal(single.Held.Order(), merged.Held.Order());
                life.Compute(single, merged);
            }

            Assert.Equal((0, 0), (single.Absent, merged.Absent));
            Assert.True(merged.Calls < single.Calls);
        });
    }

    [Fact]
    public void A_shared_prefix_costs_two_calls_however_long_it_is()
    {
        var books = NewBooks();
        var memory = new Memory();
        var mirror = new KvMirror(memory);
        var content = TokenContent.FromTokens([.. Enumerable.Range(0, 60)]);
        Assert.True(books.TryOpen(content, default, 60, out var first, out _) && books.TryGrow(first, 60));
        books.Commit(first, 60);
        books.Close(first);
        Assert.True(books.TryOpen(content, default, 59, out _, out var hit));
        mirror.TryRepeat(books);
        Assert.Equal(59, hit);
        Assert.Equal(2, memory.Calls);
    }

    [Fact]
    public void Closing_a_sequence_that_borrowed_its_prefix_costs_two_calls_at_most()
    {
        var books = NewBooks();
        var memory = new Memory();
        var mirror = new KvMirror(memory);
        var content = TokenContent.FromTokens([.. Enumerable.Range(0, 40)]);
        Assert.True(books.TryOpen(content, default, 0, out var first, out _) && books.TryGrow(first, 40));
        books.Commit(first, 40);
        Assert.True(books.TryOpen(content, default, 39, out var second, out _) && books.TryGrow(second, 40));
        mirror.TryRepeat(books);
        memory.Calls = 0;
        books.Close(second);
        mirror.TryRepeat(books);
        Assert.InRange(memory.Calls, 1, 2);
    }

    private static KvLedger NewBooks() => new(new KvLedgerOptions { BlocksTotal = 64, BlockSizeTokens = 1, SequencesMax = 8, RecordsChanges = true });

    /// <summary>Random closes, opens and growth, as between two steps of the loop, and then the step that computes what was grown.</summary>
    private sealed class RandomLife(ulong seed, KvLedger books)
    {
        private readonly RandomStream _random = new(seed, "life");
        private readonly SortedDictionary<int, (TokenContent Content, int Computed, int Grown)> _open = [];

        public void Turn()
        {
            foreach (var id in _open.Keys.Where(_ => _random.NextInt(5) == 0).ToList())
            {
                books.Close(id);
                _open.Remove(id);
            }

            for (var opens = _random.NextInt(3); opens > 0; opens--)
            {
                var content = TokenContent.FromTokens([.. Enumerable.Range(0, 1 + _random.NextInt(20)).Select(index => index < 12 ? index : _random.NextInt(2))]);
                if (books.TryOpen(content, default, content.Count - 1, out var sequence, out var hit)) _open[sequence] = (content, hit, hit);
            }

            foreach (var (id, (content, computed, grown)) in _open.ToList())
            {
                var wanted = Math.Min(content.Count, grown + _random.NextInt(8));
                if (wanted > grown && books.TryGrow(id, wanted)) _open[id] = (content, computed, wanted);
            }
        }

        public void Compute(params Memory[] memories)
        {
            foreach (var (id, (content, computed, grown)) in _open.ToList())
            {
                foreach (var memory in memories) memory.Compute(id, computed, grown);
                books.Commit(id, grown);
                _open[id] = (content, grown, grown);
            }
        }
    }

    /// <summary>Which sequence holds which position, and nothing else.</summary>
    private sealed class Memory : IModelBackend
    {
        public HashSet<(int Sequence, int Position)> Held { get; } = [];

        public int Calls { get; set; }

        public int Absent { get; private set; }

        public void Compute(int sequence, int from, int to)
        {
            for (var position = from; position < to; position++) Assert.True(Held.Add((sequence, position)), "A cell is computed twice.");
        }

        public BackendInfo Info => throw new NotSupportedException();

        public ITokenizer Tokenizer => throw new NotSupportedException();

        public void Do(KvChange change)
        {
            if (change.Kind == KvChangeKind.Share) CopyCells(change.Source, change.Sequence, change.FromToken, change.ToToken);
            else RemoveCells(change.Sequence, change.FromToken, change.ToToken);
        }

        public void CopyCells(int source, int target, int from, int to)
        {
            Calls++;
            for (var position = from; position < to; position++)
            {
                if (Held.Contains((source, position))) Held.Add((target, position));
                else Absent++;
            }
        }

        public void RemoveCells(int sequence, int from, int to)
        {
            Calls++;
            for (var position = from; position < to; position++) Held.Remove((sequence, position));
        }

        public KvCopy? Export(int sequence, int from, int to) => throw new NotSupportedException();

        public bool TryImport(KvCopy copy, int sequence, int from, int to) => throw new NotSupportedException();

        public ExecuteStatus Execute(StepBatch batch) => throw new NotSupportedException();

        public Span<float> Logits(int batchRow) => throw new NotSupportedException();

        public ExecuteStatus Embed(ReadOnlySpan<int> tokens, Span<float> embedding) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
