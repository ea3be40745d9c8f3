using Kantor.Simulation.Events;

namespace Kantor.Simulation.Replicas;

/// <summary>A replica whose steps follow one another.</summary>
/// <remarks>
/// Equal steps in a row are one leap (<see cref="StepLeap"/>): the books stand at its first step until it is over, or until something that
/// happens to the replica cuts it after the step under way. What others see of it meanwhile is as of the moment asked for.
/// </remarks>
internal sealed class SoloUnit : IStepUnit
{
    private readonly SimulatedReplica _replica;
    private readonly SimulationObserver _observer;
    private readonly StepClock _clock;
    private readonly StepLeap _leap;
    private long? _endUs;
    private long _endedUs;
    private long _seenUs;

    public SoloUnit(int index, SimulatedReplica replica, SimulationObserver observer)
    {
        Index = index;
        (_replica, _observer) = (replica, observer);
        _clock = new StepClock(replica.Pool.StepTime);
        _leap = new StepLeap(_clock);
    }

    public int Index { get; }

    public bool IsAwake { get; set; }

    public bool HasWork => _replica.HasWork;

    public long? BeginsNextUs => null;

    public long? HeldUntilUs => _replica.Scheduler.HeldUntilUs;

    public bool TryBeginStep(long nowUs, out long endUs)
    {
        endUs = 0;
        if (!_replica.TryPlan(nowUs, _endedUs == nowUs ? _seenUs : nowUs)) return false;
        _clock.Factor = _replica.StepFactor;
        var durationUs = _clock.DurationUs(_replica.Scheduler.Slices) + _replica.HeldUpUs;
        _observer.StepBegan(_replica.Index, _replica.Scheduler, nowUs, durationUs);
        _leap.Begin(_replica.Scheduler, nowUs, durationUs, _replica.StepsToLeap(nowUs));
        _endUs = endUs = _leap.EndUs;
        return true;
    }

    public bool TryEndStep(long nowUs)
    {
        if (_endUs != nowUs) return false;
        CatchUp();
        (_endUs, _endedUs, _seenUs) = (null, nowUs, _leap.BeganUs);
        IsAwake = false;
        _replica.Complete(nowUs, nowUs - _leap.BeganUs);
        return true;
    }

    public bool TryCutLeap(long nowUs, out long endUs)
    {
        endUs = 0;
        if (_endUs is null || _leap.Steps == 1) return false;
        _leap.CutAfter(_leap.BegunBefore(nowUs));
        _endUs = endUs = _leap.EndUs;
        CatchUp();
        return true;
    }

    public int Stop()
    {
        var steps = _endUs is null ? 0 : 1;
        _endUs = null;
        return steps;
    }

    public int BlocksUnbooked(long nowUs) => _endUs is null ? 0 : _leap.BlocksUnbooked(nowUs);

    public bool CatchUp(long nowUs)
    {
        if (_endUs is null || _leap.Steps == 1) return false;
        if (_leap.BegunBefore(nowUs) is > 1 and var begun)
        {
            var endsUs = _leap.EndsUs[..begun];
            _observer.StepsRepeated(_replica.Index, _replica.Scheduler, endsUs);
            _replica.Repeat(endsUs);
            _leap.Forget(begun - 1);
        }

        return _leap.Steps > 1 && _leap.EndsUs[0] == nowUs;
    }

    /// <summary>Books all steps of the leap but the last, which is under way.</summary>
    private void CatchUp()
    {
        if (_leap.Steps == 1) return;
        _observer.StepsRepeated(_replica.Index, _replica.Scheduler, _leap.EndsUs);
        _replica.Repeat(_leap.EndsUs);
        _leap.KeepLast();
    }
}
