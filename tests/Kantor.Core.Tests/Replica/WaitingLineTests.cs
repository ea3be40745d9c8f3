using Kantor.Core.Batching;
using Kantor.Core.Replica;

namespace Kantor.Core.Tests.Replica;

public class WaitingLineTests
{
    [Fact]
    public void It_behaves_as_a_list() => Laws.HoldForLists(operations =>
    {
        var (line, model) = (new WaitingLine(), new List<int>());
        for (var row = 0; row < operations.Length; row++)
        {
            switch (operations[row] % 4)
            {
                case 0:
                    line.Append(row);
                    model.Add(row);
                    break;
                case 1:
                    line.Prepend(row);
                    model.Insert(0, row);
                    break;
                case 2 or 3 when model.Count > 0:
                    var gone = model[operations[row] / 4 % model.Count];
                    line.Remove(gone);
                    model.Remove(gone);
                    break;
                default:
                    break;
            }

            Assert.Equal(model, line.Rows.ToArray());
        }
    }, length: 120);

    [Fact]
    public void A_row_that_does_not_wait_cannot_be_removed() => Assert.Throws<InvalidOperationException>(() => new WaitingLine().Remove(1));
}
