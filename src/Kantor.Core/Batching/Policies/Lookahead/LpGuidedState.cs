using Kantor.Core.Occupancy;

namespace Kantor.Core.Batching.Policies.Lookahead;

/// <summary>What <see cref="LpGuidedPlanner"/> remembers beside the batch: where it works.</summary>
internal sealed class LpGuidedState : BacklogState
{
    private KvTrapezoid[] _running = new KvTrapezoid[16];
    private (long Volume, long Arrival, int Row)[] _window = [];
    private KvTrapezoid[] _waiting = [];
    private double[] _starts = [];

    public StartProgram Program { get; } = new();

    /// <summary>Requests in the window.</summary>
    public int Count { get; private set; }

    /// <summary>Rows of the window, by volume, ties in order of arrival.</summary>
    public ReadOnlySpan<(long Volume, long Arrival, int Row)> Window => _window.AsSpan(0, Count);

    public Span<KvTrapezoid> Waiting => _waiting.AsSpan(0, Count);

    public Span<double> Starts => _starts.AsSpan(0, Count);

    public Span<KvTrapezoid> Running(int count)
    {
        if (_running.Length < count) _running = new KvTrapezoid[Math.Max(count, 2 * _running.Length)];
        return _running.AsSpan(0, count);
    }

    /// <summary>An empty window of so many places.</summary>
    public void BeginWindow(int size)
    {
        Count = 0;
        if (_window.Length == size) return;
        (_window, _waiting, _starts) = (new (long, long, int)[size], new KvTrapezoid[size], new double[size]);
    }

    /// <summary>Puts the row in its place; when there are too many, the one of the most volume falls out.</summary>
    public void Offer(long volume, long arrival, int row)
    {
        var place = Count;
        if (Count < _window.Length) Count++;
        else if (GoesBefore(volume, arrival, _window[--place])) _window[place] = default;
        else return;
        for (; place > 0 && GoesBefore(volume, arrival, _window[place - 1]); place--) _window[place] = _window[place - 1];
        _window[place] = (volume, arrival, row);
    }

    private static bool GoesBefore(long volume, long arrival, in (long Volume, long Arrival, int Row) other) =>
        volume != other.Volume ? volume < other.Volume : arrival < other.Arrival;
}
