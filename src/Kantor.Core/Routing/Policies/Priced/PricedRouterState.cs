using Kantor.Core.Decisions;
using Kantor.Core.Prices;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Policies.Priced;

/// <summary>The delay rates of the requests that a router sent, by endpoint; each leaves when it ends.</summary>
internal sealed class PricedRouterState : PolicyState
{
    private readonly List<RateSum> _sums = [];

    // By slot: where the request of the slot was sent; null before.
    private int?[] _sentTo = new int?[16];
    private (RequestId Id, int Slot) _newest;
    private (RequestId Id, double Rate) _judged;

    /// <summary>Where the last decision's prices came from.</summary>
    public PriceSource Source { get; set; } = PriceSource.None;

    /// <summary>Sum of the rates of those who were sent to the endpoint and are not known to have ended.</summary>
    public double RateAt(int endpoint) => endpoint < _sums.Count ? _sums[endpoint].Total : 0;

    /// <summary>How many they are.</summary>
    public int CountAt(int endpoint) => endpoint < _sums.Count ? _sums[endpoint].Count : 0;

    public void Judge(RequestId id, double rate) => _judged = (id, rate);

    public override void Arrived(RequestFacts request, int slot)
    {
        if (slot >= _sentTo.Length) Array.Resize(ref _sentTo, Math.Max(slot + 1, 2 * _sentTo.Length));
        Forget(slot);
        _newest = (request.Id, slot);
    }

    public override void Decided(DecisionKind kind, RequestId request, long choice)
    {
        if (kind != DecisionKind.Route || request != _newest.Id || request != _judged.Id) return;
        while (_sums.Count <= choice) _sums.Add(new RateSum());
        Forget(_newest.Slot);
        _sums[(int)choice].Set(_newest.Slot, _judged.Rate);
        _sentTo[_newest.Slot] = (int)choice;
    }

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        if (slot < _sentTo.Length) Forget(slot);
    }

    private void Forget(int slot)
    {
        if (_sentTo[slot] is not { } endpoint) return;
        _sums[endpoint].Set(slot, 0);
        _sentTo[slot] = null;
    }
}
