namespace Kantor.Core.Prices;

/// <summary>
/// A price that is learned from what is turned away: when a request is left out for want of a resource, what it would have paid for a unit
/// is what a unit is worth at the margin; while nobody is left out, the resource is slack, and the price falls to 0 (complementary
/// slackness). Damped on the way up and forgotten by half-lives on the way down. Own derivation, prices 2.
/// </summary>
/// <remarks>
/// Bounded by the dearest bid that was ever seen, for each value is a mean of bids and 0. Owner: one policy state; O(1), allocates nothing.
/// </remarks>
public sealed class ScarcityPrice
{
    // Below this share of the last bid a price is 0: nobody decides otherwise by it, and it ends.
    private const double NothingShare = 1e-3;

    private readonly double _halfLifeUs;
    private readonly double _damping;
    private double _price;
    private double _lastBid;
    private long _sinceUs;

    /// <summary>A price of 0.</summary>
    /// <param name="halfLifeUs">Time in which a price that nobody pays halves, above 0.</param>
    /// <param name="damping">Share of the way to a bid that the price goes at once, above 0 and at most 1.</param>
    public ScarcityPrice(double halfLifeUs, double damping)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(halfLifeUs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(damping);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(damping, 1);
        (_halfLifeUs, _damping) = (halfLifeUs, damping);
    }

    /// <summary>When a bid last changed it; null before the first.</summary>
    public long? BidUs { get; private set; }

    /// <summary>The price at a time that is not before the last bid; 0 once the resource has been slack for about ten half-lives.</summary>
    public double At(long nowUs)
    {
        var price = _price * Math.Pow(2, -Math.Max(0, nowUs - _sinceUs) / _halfLifeUs);
        return price > NothingShare * _lastBid ? price : 0;
    }

    /// <summary>
    /// Somebody who would have paid so much for a unit was left out. False, with nothing changed, when that is no price: negative, infinite
    /// or not a number.
    /// </summary>
    public bool TryBid(double perUnit, long nowUs)
    {
        if (!(perUnit >= 0) || !double.IsFinite(perUnit)) return false;
        var before = At(nowUs);
        (_price, _lastBid) = (before + (_damping * (perUnit - before)), perUnit);
        (_sinceUs, BidUs) = (nowUs, nowUs);
        return true;
    }
}
