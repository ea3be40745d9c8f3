using Kantor.Bounds.Facts;
using Kantor.Bounds.Prices;
using Kantor.Bounds.Work;

namespace Kantor.Bounds.Goodput;

/// <summary>
/// What requests need, as pieces of work with a window of buckets each: the prompt is one piece, runs of decodes are the others. Pieces
/// without a latest end can be put off for ever and cost nothing, so they are left out.
/// </summary>
internal sealed class WorkItems
{
    /// <summary>Most pieces of one request.</summary>
    public const int PerRequestMax = 33;

    private const int DecodesPerItem = 16;
    private readonly List<int> _ends = [];
    private readonly List<double> _values = [];
    private readonly List<double> _works = [];
    private readonly List<WorkItem> _items = [];

    private WorkItems(TimeBuckets buckets) => Buckets = buckets;

    public TimeBuckets Buckets { get; }

    /// <summary>Requests that an empty replica could serve in time.</summary>
    public int Requests => _values.Count;

    /// <summary>Their weight.</summary>
    public double Value { get; private set; }

    /// <summary>All their work.</summary>
    public double Work { get; private set; }

    /// <summary>Buckets of the longest window.</summary>
    public int SpanMax { get; private set; } = 1;

    public ReadOnlySpan<WorkItem> All => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_items);

    public double ValueOf(int request) => _values[request];

    public ReadOnlySpan<WorkItem> Of(int request) => All[(request == 0 ? 0 : _ends[request - 1]).._ends[request]];

    /// <summary>The pieces of all reachable requests.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="work">What they need.</param>
    /// <param name="limits">Their objectives.</param>
    /// <param name="rates">Machine time of a token.</param>
    /// <param name="kvPrice">Machine time that one token of KV held for one microsecond is put equal to, at least 0.</param>
    /// <param name="buckets">How time is cut.</param>
    public static WorkItems Of(
        IReadOnlyList<BoundRequest> requests, FleetWork work, Deadlines limits, WorkRates rates, double kvPrice, TimeBuckets buckets)
    {
        var items = new WorkItems(buckets);
        foreach (var request in requests)
        {
            var windows = new RequestWindows(request, work, limits);
            if (windows.IsReachable && request.Weight > 0) items.Add(request, windows, work, rates, kvPrice);
        }

        return items;
    }

    /// <summary>The dual function where all time has one price.</summary>
    public double AtConstant(double price, double capacityUs)
    {
        var sum = price * capacityUs * Buckets.Count;
        for (var request = 0; request < _values.Count; request++) sum += Math.Max(0, _values[request] - (price * _works[request]));
        return sum;
    }

    private void Add(in BoundRequest request, in RequestWindows windows, FleetWork work, WorkRates rates, double kvPrice)
    {
        var before = Work;
        Add(rates.PrefillUs(request, work.Fleet.Limits.StepTokensMax), request.ArrivalUs, windows.FirstByUs);
        var size = Math.Max(DecodesPerItem, (request.Decodes + PerRequestMax - 2) / (PerRequestMax - 1));
        for (var from = 1; from <= request.Decodes; from += size)
        {
            var to = Math.Min(request.Decodes, from + size - 1);
            var held = request.FreshTokens + ((from + to) / 2.0);
            var kvUs = kvPrice == 0 ? 0 : kvPrice * held * work.DecodesAloneUs(request, from, to);
            Add(rates.DecodesUs(request, from, to) + kvUs, windows.DecodeFromUs(from), windows.DecodeByUs(to));
        }

        _ends.Add(_items.Count);
        _values.Add(request.Weight);
        _works.Add(Work - before);
        Value += request.Weight;
    }

    private void Add(double workUs, double fromUs, double byUs)
    {
        if (double.IsInfinity(byUs) || workUs <= 0) return;
        var item = new WorkItem(workUs, Buckets.At(fromUs), Buckets.At(byUs));
        SpanMax = Math.Max(SpanMax, item.To - item.From + 1);
        Work += workUs;
        _items.Add(item);
    }
}

/// <summary>Work in microseconds of machine time, to be done in buckets <paramref name="From"/> to <paramref name="To"/>.</summary>
internal readonly record struct WorkItem(double WorkUs, int From, int To);

/// <summary>Buckets over all that has a deadline.</summary>
internal static class DeadlineBuckets
{
    private const int CountMax = 1 << 20;

    /// <summary>Buckets over all that has a deadline, wider where there would be too many.</summary>
    public static TimeBuckets Over(IReadOnlyList<BoundRequest> requests, FleetWork work, Deadlines limits, double widthUs)
    {
        var (start, end) = (double.PositiveInfinity, 0.0);
        foreach (var request in requests)
        {
            start = Math.Min(start, request.ArrivalUs);
            var windows = new RequestWindows(request, work, limits);
            foreach (var byUs in (ReadOnlySpan<double>)[windows.FirstByUs, windows.DecodeByUs(request.Decodes)])
            {
                if (double.IsFinite(byUs)) end = Math.Max(end, byUs);
            }
        }

        if (end <= start) return new TimeBuckets(double.IsFinite(start) ? start : 0, widthUs, 1);
        widthUs = Math.Max(widthUs, (end - start) / (CountMax - 1));
        return new TimeBuckets(start, widthUs, (int)((end - start) / widthUs) + 1);
    }
}
