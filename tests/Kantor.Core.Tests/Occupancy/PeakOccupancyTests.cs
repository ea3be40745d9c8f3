using FsCheck;
using FsCheck.Fluent;
using Kantor.Core.Occupancy;

namespace Kantor.Core.Tests.Occupancy;

public class PeakOccupancyTests
{
    private const int Horizon = 64;

    private static readonly Gen<KvTrapezoid> Trapezoids =
        from held in Gen.Choose(0, 100)
        from rounds in Gen.Choose(1, Horizon)
        select new KvTrapezoid(held, rounds);

    [Fact]
    public void Scan_sorted_and_ring_find_the_same_peak_for_blocks_of_one_token__INV_OCC_1() => Laws.Hold(Trapezoids.ListOf(), list =>
    {
        var requests = Sorted(list);
        var peak = PeakOccupancy.ByScan(requests, 1);
        Assert.Equal(peak, PeakOccupancy.BySorted(requests, 1));
        Assert.Equal(peak, RingOf(requests, 1).Peak());
        Assert.Equal(peak, ByEveryRound(requests, 1));
    }, cases: 1000);

    [Fact]
    public void With_larger_blocks_scan_and_ring_are_exact_and_sorted_is_safe_by_at_most_a_block_a_request__INV_OCC_1() => Laws.Hold(
        from list in Trapezoids.ListOf() from size in Gen.Choose(2, 32) select (list, size), input =>
        {
            var requests = Sorted(input.list);
            var peak = PeakOccupancy.ByScan(requests, input.size);
            Assert.Equal(peak, RingOf(requests, input.size).Peak());
            Assert.Equal(peak, ByEveryRound(requests, input.size));
            Assert.InRange(PeakOccupancy.BySorted(requests, input.size), peak, peak + requests.Length);
        }, cases: 1000);

    [Fact]
    public void Volume_is_the_sum_of_what_is_held_in_each_round__INV_OCC_2() => Laws.Hold(Trapezoids, request =>
        Assert.Equal(Enumerable.Range(1, request.RemainingRounds).Sum(round => request.BlocksIn(round, 1)), request.RemainingVolume));

    [Fact]
    public void Volume_does_not_overflow_for_long_requests() =>
        Assert.Equal(3_000_000_000_000L + 500_000_500_000L, KvTrapezoid.Volume(3_000_000, 1_000_000));

    [Fact]
    public void A_ring_answers_as_the_scan_does_whether_one_more_fits() => Laws.Hold(
        from list in Trapezoids.ListOf() from candidate in Trapezoids from total in Gen.Choose(1, 2000) select (list, candidate, total), input =>
        {
            var fits = PeakOf([.. input.list, input.candidate]) <= input.total;
            var already = PeakOf([.. input.list]) <= input.total;
            if (already) Assert.Equal(fits, RingOf([.. input.list], 1).Fits(input.candidate, input.total));
        }, cases: 1000);

    [Fact]
    public void A_ring_follows_time_revision_and_early_ends()
    {
        var ring = new OccupancyRing(8, 1);
        ring.Add(new KvTrapezoid(10, 8));
        for (var round = 0; round < 20; round++)
        {
            ring.Advance();
            if (round < 7) Assert.Equal(18, ring.Peak());
            else Assert.Equal(0, ring.Peak());
        }

        ring.Add(new KvTrapezoid(5, 3));
        ring.Remove(new KvTrapezoid(5, 3));
        Assert.Equal(0, ring.Peak());
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Add(new KvTrapezoid(1, 9)));
    }

    [Fact]
    public void The_sorted_form_refuses_requests_out_of_order() =>
        Assert.Throws<ArgumentException>(() => PeakOccupancy.BySorted([new KvTrapezoid(1, 1), new KvTrapezoid(1, 2)], 1));

    private static KvTrapezoid[] Sorted(IEnumerable<KvTrapezoid> list) => [.. list.OrderByDescending(request => request.RemainingRounds)];

    private static long PeakOf(KvTrapezoid[] requests) => PeakOccupancy.ByScan(requests, 1);

    private static long ByEveryRound(KvTrapezoid[] requests, int size) =>
        Enumerable.Range(1, Horizon).Max(round => requests.Sum(request => request.BlocksIn(round, size)));

    private static OccupancyRing RingOf(KvTrapezoid[] requests, int size)
    {
        var ring = new OccupancyRing(Horizon, size);
        foreach (var request in requests) ring.Add(request);
        return ring;
    }
}
