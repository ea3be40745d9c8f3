using Kantor.Core.Kv;

namespace Kantor.Core.Tests.Kv;

public class IdleListTests
{
    [Fact]
    public void It_behaves_as_a_list_in_order_of_arrival() => Laws.HoldForLists(operations =>
    {
        var (list, model) = (new IdleList(8), new List<int>());
        foreach (var number in operations)
        {
            var block = number % 8;
            Assert.Equal(model.Contains(block), list.Contains(block));
            if (model.Remove(block)) list.Remove(block);
            else
            {
                model.Add(block);
                list.Add(block);
            }

            Assert.Equal(model, Read(list));
            Assert.Equal(model.Count, list.Count);
        }
    });

    [Fact]
    public void An_empty_list_has_no_first() => Assert.Throws<InvalidOperationException>(() => new IdleList(3).First);

    private static List<int> Read(IdleList list)
    {
        var blocks = new List<int>();
        for (var block = list.FirstOrNone; block is { } next; block = list.After(next)) blocks.Add(next);
        return blocks;
    }
}
