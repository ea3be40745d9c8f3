using Kantor.Core.Prices;

namespace Kantor.Core.Tests.Prices;

public class PriceBookTests
{
    [Fact]
    public void Wrong_prices_leave_the_last_good_ones_until_they_are_too_old()
    {
        var book = new PriceBook(lifeUs: 1_000);
        Assert.Equal((PriceSource.None, null), (book.SourceAt(0), book.AgeUs(0)));
        Assert.True(book.TryPublish([new(1, 2), new(3, 4)], 0));
        Assert.Equal(PriceSource.Current, book.SourceAt(10));
        Assert.False(book.TryPublish([new(1, 2), new(double.NaN, 4)], 20));
        Assert.Equal((PriceSource.LastGood, 3.0, 1L), (book.SourceAt(30), book[1].MachinePerMs, book.Refused));
        Assert.Equal(30, book.AgeUs(30));
        Assert.Equal(PriceSource.None, book.SourceAt(1_001));
        Assert.True(book.TryPublish([new(5, 6)], 1_100));
        Assert.Equal(PriceSource.Current, book.SourceAt(1_100));
    }

    [Fact]
    public void In_force_is_the_dearer_of_congestion_and_scarcity() =>
        Assert.Equal(new ReplicaPrices(3, 4), new ReplicaPrices(3, 1).Max(new ReplicaPrices(2, 4)));

    [Fact]
    public void A_publication_and_a_reading_allocate_nothing()
    {
        var (book, prices) = (new PriceBook(1_000), new ReplicaPrices[64]);
        book.TryPublish(prices, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var at = 1; at < 100; at++) book.TryPublish(prices, at);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
