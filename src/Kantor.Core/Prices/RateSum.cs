namespace Kantor.Core.Prices;

/// <summary>
/// The congestion price of a machine: the sum of the delay rates of all who wait behind what is spent now, kept as requests come, change
/// and go. O(1) a change; the sum is made anew from time to time, so that rounding does not build up.
/// </summary>
/// <remarks>Owner: one policy state. Allocates nothing once grown.</remarks>
public sealed class RateSum
{
    private const int ChangesBeforeRenewal = 4_096;

    private double[] _rates = new double[16];
    private int _changes;

    /// <summary>The sum, in value per millisecond; at least 0.</summary>
    public double Total { get; private set; }

    /// <summary>How many have a rate above 0.</summary>
    public int Count { get; private set; }

    /// <summary>The rate of a slot; 0 when it has none.</summary>
    public double Of(int slot) => slot < _rates.Length ? _rates[slot] : 0;

    /// <summary>The slot has this rate from now on; 0 takes it out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is below 0 or not finite.</exception>
    public void Set(int slot, double rate)
    {
        if (!(rate >= 0) || !double.IsFinite(rate))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "A delay rate is finite and at least 0.");
        }

        if (slot >= _rates.Length) Array.Resize(ref _rates, Math.Max(slot + 1, 2 * _rates.Length));
        var before = _rates[slot];
        _rates[slot] = rate;
        Count += (rate > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
        Total = Count == 0 ? 0 : Math.Max(0, Total + rate - before);
        if (++_changes >= ChangesBeforeRenewal) Renew();
    }

    private void Renew()
    {
        (_changes, Total) = (0, 0);
        foreach (var rate in _rates) Total += rate;
    }
}
