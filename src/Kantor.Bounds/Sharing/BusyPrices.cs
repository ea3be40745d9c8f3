using Kantor.Bounds.Prices;
using Kantor.Bounds.Work;

namespace Kantor.Bounds.Sharing;

/// <summary>
/// The dual prices of <see cref="BusyTimes"/>: while work w is served, the price of time falls by 1/w a microsecond, to 0 where the machine
/// idles. Where to start from, no more.
/// </summary>
internal static class BusyPrices
{
    public static double[] Of(IReadOnlyList<BusyPiece> pieces, TimeBuckets buckets)
    {
        var prices = new double[buckets.Count];
        var (price, nextFrom) = (0.0, double.PositiveInfinity);
        for (var at = pieces.Count - 1; at >= 0; at--)
        {
            var piece = pieces[at];
            if (piece.UntilUs < nextFrom) price = 0;
            nextFrom = piece.FromUs;
            if (piece.Work <= 0) continue;
            for (var bucket = buckets.At(piece.UntilUs); bucket >= buckets.At(piece.FromUs); bucket--)
            {
                prices[bucket] = price + ((piece.UntilUs - Math.Max(piece.FromUs, buckets.FromUs(bucket))) / piece.Work);
            }

            price += (piece.UntilUs - piece.FromUs) / piece.Work;
        }

        prices[^1] = 0;
        return prices;
    }
}
