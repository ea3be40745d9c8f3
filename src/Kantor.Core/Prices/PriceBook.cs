namespace Kantor.Core.Prices;

/// <summary>Prices of one replica.</summary>
/// <param name="MachinePerMs">Value of a millisecond of its machine, at least 0.</param>
/// <param name="KvPerTokenMs">Value of a KV token held for a millisecond, at least 0.</param>
public readonly record struct ReplicaPrices(double MachinePerMs, double KvPerTokenMs)
{
    /// <summary>Whether these are prices: finite and at least 0.</summary>
    public bool AreSound => IsSound(MachinePerMs) && IsSound(KvPerTokenMs);

    /// <summary>
    /// Per resource the dearer of both. Below saturation nothing is scarce, and above it the queue that congestion would charge for is the
    /// one that scarcity does not let build up; their sum would charge twice (prices 2).
    /// </summary>
    public ReplicaPrices Max(in ReplicaPrices other) =>
        new(Math.Max(MachinePerMs, other.MachinePerMs), Math.Max(KvPerTokenMs, other.KvPerTokenMs));

    private static bool IsSound(double price) => price >= 0 && double.IsFinite(price);
}

/// <summary>
/// The prices in force of a fleet, by replica, with their age: what all controllers read. What is no price is not taken, and the last good
/// ones hold until they are too old.
/// </summary>
/// <remarks>Owner: one policy state. O(1) a reading, O(replicas) a publication; allocates nothing once grown.</remarks>
public sealed class PriceBook
{
    private readonly long _lifeUs;
    private ReplicaPrices[] _prices = [];
    private int _count;
    private long _sinceUs;
    private bool _refusedLast;

    /// <summary>An empty book.</summary>
    /// <param name="lifeUs">Age from which prices are no longer gone by, above 0.</param>
    public PriceBook(long lifeUs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lifeUs);
        _lifeUs = lifeUs;
    }

    /// <summary>Publications that were refused because they were no prices.</summary>
    public long Refused { get; private set; }

    /// <summary>Where prices come from at this time.</summary>
    public PriceSource SourceAt(long nowUs)
    {
        if (_count == 0 || nowUs - _sinceUs > _lifeUs) return PriceSource.None;
        return _refusedLast ? PriceSource.LastGood : PriceSource.Current;
    }

    /// <summary>Age of the prices in force in microseconds; null before the first.</summary>
    public long? AgeUs(long nowUs) => _count == 0 ? null : nowUs - _sinceUs;

    /// <summary>The prices of a replica that was published.</summary>
    public ReplicaPrices this[int replica] => _prices.AsSpan(0, _count)[replica];

    /// <summary>These hold from now on; false, with the last good ones in force, when one of them is no price.</summary>
    public bool TryPublish(ReadOnlySpan<ReplicaPrices> prices, long nowUs)
    {
        foreach (ref readonly var price in prices)
        {
            if (price.AreSound) continue;
            Refused++;
            _refusedLast = true;
            return false;
        }

        if (prices.Length > _prices.Length) _prices = new ReplicaPrices[prices.Length];
        prices.CopyTo(_prices);
        (_count, _sinceUs, _refusedLast) = (prices.Length, nowUs, false);
        return true;
    }
}
