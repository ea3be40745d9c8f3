using Kantor.Core.Kv;

namespace Kantor.Core.Tests.Kv;

public class PriorityHeapTests
{
    [Fact]
    public void The_first_is_the_least_by_key_and_then_by_turn_and_any_can_leave() => Laws.HoldForLists(operations =>
    {
        var (heap, model) = (new PriorityHeap(8), new Dictionary<int, (double Key, long Turn)>());
        for (var turn = 0; turn < operations.Length; turn++)
        {
            var item = operations[turn] % 8;
            if (model.Remove(item)) heap.Remove(item);
            else
            {
                model[item] = (operations[turn] / 8 % 3, turn);
                heap.Add(item, model[item].Key, turn);
            }

            Assert.Equal(model.Count == 0 ? null : model.MinBy(entry => entry.Value).Key, heap.First);
            heap.Remove((item + 1) % 8 is var other && model.ContainsKey(other) ? item : other);
            model.Remove(model.ContainsKey((item + 1) % 8) ? item : (item + 1) % 8);
        }
    });
}
