using Kantor.Core.Decisions;

namespace Kantor.Core.Scaling;

/// <summary>
/// A fleet grows when its load was above target in each of the last few evaluations, and shrinks when a smaller one would have been within
/// target in each of many. When it has to grow again before long, the smaller fleet was too small although its load had looked small
/// enough, because a fleet near its limit holds more requests; then it waits twice as long before it shrinks again, so that no constant
/// load makes it swing.
/// </summary>
internal sealed class Hysteresis(HysteresisOptions options) : PolicyState
{
    private const int BackoffMax = 16;

    // Growing again within so many times the wait before shrinking is taken for a mistake; later, for a load that has changed.
    private const int RegretFactor = 8;

    private int _backoff = 1;
    private int _above;
    private double _leastAbove;
    private int _below;
    private int _smallerNeeded;
    private int? _sinceScaleIn;

    /// <summary>Replicas wanted for a load that so many replicas at target would carry.</summary>
    public int Wanted(double load, int replicas)
    {
        _sinceScaleIn++;
        if (replicas == 0) return Grown(load);
        var smaller = Math.Max(1, (int)Math.Ceiling(load / (1 - options.Tolerance)));
        if (load > replicas * (1 + options.Tolerance)) return Grow(load, replicas);
        _above = 0;
        if (smaller < replicas) return Shrink(smaller, replicas);
        _below = 0;
        return replicas;
    }

    private int Grow(double load, int replicas)
    {
        _below = 0;
        _leastAbove = _above == 0 ? load : Math.Min(_leastAbove, load);
        return ++_above < options.ScaleOutAfter ? replicas : Grown(_leastAbove);
    }

    private int Grown(double load)
    {
        (_above, _below) = (0, 0);
        if (_sinceScaleIn is { } since)
        {
            var isRegretted = since <= RegretFactor * options.ScaleInAfter * _backoff;
            _backoff = isRegretted ? Math.Min(BackoffMax, 2 * _backoff) : 1;
            _sinceScaleIn = null;
        }

        return Math.Max(1, (int)Math.Ceiling(load));
    }

    private int Shrink(int smaller, int replicas)
    {
        _smallerNeeded = _below == 0 ? smaller : Math.Max(_smallerNeeded, smaller);
        if (++_below < options.ScaleInAfter * _backoff) return replicas;
        (_below, _sinceScaleIn) = (0, 0);
        return _smallerNeeded;
    }
}
