namespace Kantor.Core.Scaling;

/// <summary>
/// Out at once, in slowly: a fleet grows when its load is above target, and shrinks when a smaller one would have been within target in every one
/// of the last evaluations. When it has to grow soon after it shrank, the smaller fleet was too small although its load looked small enough
/// before, because a fleet near its limit holds more requests; then it waits twice as long before it shrinks again, so that no constant load makes
/// it swing.
/// </summary>
internal sealed class Hysteresis(HysteresisOptions options) : ScalerState
{
    private const int BackoffMax = 64;

    private int _backoff = 1;
    private int _agreeing;
    private int _smallerNeeded;
    private int? _sinceScaleIn;

    /// <summary>Replicas wanted for a load that so many replicas at target would carry.</summary>
    public int Wanted(double load, int replicas)
    {
        _sinceScaleIn++;
        if (load > replicas * (1 + options.Tolerance) || replicas == 0) return Grow(load);
        var smaller = Math.Max(1, (int)Math.Ceiling(load / (1 - options.Tolerance)));
        if (smaller >= replicas)
        {
            _agreeing = 0;
            return replicas;
        }

        _smallerNeeded = _agreeing == 0 ? smaller : Math.Max(_smallerNeeded, smaller);
        if (++_agreeing < options.ScaleInAfter * _backoff) return replicas;
        (_agreeing, _sinceScaleIn) = (0, 0);
        return _smallerNeeded;
    }

    private int Grow(double load)
    {
        _agreeing = 0;
        if (_sinceScaleIn <= options.ScaleInAfter * _backoff)
        {
            _backoff = Math.Min(BackoffMax, 2 * _backoff);
            _sinceScaleIn = null;
        }

        return Math.Max(1, (int)Math.Ceiling(load));
    }
}
