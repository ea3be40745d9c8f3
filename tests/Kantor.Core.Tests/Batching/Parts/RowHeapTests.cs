using Kantor.Core.Batching;
using Kantor.Core.Batching.Parts;

namespace Kantor.Core.Tests.Batching.Parts;

public class RowHeapTests
{
    [Fact]
    public void It_is_read_in_order_of_key_and_then_id_whatever_was_changed_before() => Laws.HoldForLists(operations =>
    {
        var (heap, model) = (new RowHeap(), new Dictionary<int, long>());
        foreach (var number in operations)
        {
            var row = number % 20;
            if (number / 20 % 3 == 0)
            {
                heap.Remove(row);
                model.Remove(row);
            }
            else
            {
                heap.Set(row, 100 - row, number / 60 % 5);
                model[row] = number / 60 % 5;
            }

            Assert.Equal(model.Count, heap.Count);
            Assert.Equal(model.OrderBy(entry => entry.Value).ThenBy(entry => 100 - entry.Key).Select(entry => entry.Key), Read(heap));
            Assert.All(Enumerable.Range(0, 20), asked => Assert.Equal(model.ContainsKey(asked), heap.Contains(asked)));
        }
    });

    [Fact]
    public void Cleared_it_is_empty_and_can_be_filled_again()
    {
        var heap = new RowHeap();
        for (var row = 0; row < 100; row++) heap.Set(row, row, 100 - row);
        heap.Clear();
        Assert.Empty(Read(heap));
        heap.Set(5, 5, 5);
        Assert.Equal([5], Read(heap));
    }

    private static List<int> Read(RowHeap heap)
    {
        var rows = new List<int>();
        heap.StartReading();
        while (heap.TryRead(out var row)) rows.Add(row);
        return rows;
    }
}
