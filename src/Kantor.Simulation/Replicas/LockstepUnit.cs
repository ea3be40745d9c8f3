using Kantor.Core.Batching;
using Kantor.Core.Replica;
using Kantor.Core.StepTime;
using Kantor.Simulation.Events;

namespace Kantor.Simulation.Replicas;

/// <summary>
/// Replicas that share experts and wait for one another: a step begins for all of them when one has something to do, and lasts until the
/// slowest is done, so that a chunk on one delays the decodes of all.
/// </summary>
internal sealed class LockstepUnit(int index, IReadOnlyList<SimulatedReplica> replicas, SimulationObserver observer) : IStepUnit
{
    private readonly IStepTimeModel _model = replicas[0].Pool.StepTime;
    private readonly StepLoad[] _loads = new StepLoad[replicas.Count];
    private long? _endUs;
    private long _beganUs;
    private long _endedUs;

    public int Index { get; } = index;

    public bool IsAwake { get; set; }

    public bool HasWork => replicas.Any(replica => replica.HasWork);

    public long? BeginsNextUs => null;

    public long? HeldUntilUs => replicas.Min(replica => replica.Scheduler.HeldUntilUs);

    public bool TryBeginStep(long nowUs, out long endUs)
    {
        endUs = 0;
        var isPlanned = false;
        for (var member = 0; member < replicas.Count; member++) isPlanned |= TryPlan(member, nowUs);
        if (!isPlanned) return false;
        var durationUs = StepClock.Whole(LockstepUs() * Worst(replica => replica.StepFactor), _loads) + Worst(replica => replica.HeldUpUs);
        foreach (var replica in replicas)
        {
            if (!replica.Scheduler.Slices.IsEmpty) observer.StepBegan(replica.Index, replica.Scheduler, nowUs, durationUs);
        }

        _beganUs = nowUs;
        _endUs = endUs = checked(nowUs + durationUs);
        return true;
    }

    public bool TryEndStep(long nowUs)
    {
        if (_endUs != nowUs) return false;
        (_endUs, _endedUs) = (null, nowUs);
        IsAwake = false;
        foreach (var replica in replicas)
        {
            if (!replica.Scheduler.Slices.IsEmpty) replica.Complete(nowUs, nowUs - _beganUs);
        }

        return true;
    }

    public bool TryCutLeap(long nowUs, out long endUs)
    {
        endUs = 0;
        return false;
    }

    public int Stop()
    {
        var steps = _endUs is null ? 0 : 1;
        _endUs = null;
        return steps;
    }

    public int BlocksUnbooked(long nowUs) => 0;

    public bool CatchUp(long nowUs) => false;

    private bool TryPlan(int member, long nowUs)
    {
        _loads[member] = default;
        if (!replicas[member].TryPlan(nowUs, _endedUs == nowUs ? _beganUs : nowUs)) return false;
        _loads[member] = StepSlice.LoadOf(replicas[member].Scheduler.Slices);
        return true;
    }

    /// <summary>The largest figure of the replicas that take part in the step.</summary>
    private T Worst<T>(Func<SimulatedReplica, T> figure) => replicas.Where(replica => !replica.Scheduler.Slices.IsEmpty).Max(figure)!;

    private double LockstepUs()
    {
        if (_model is ComposedStepTime composed) return composed.LockstepUs(_loads);
        var slowest = 0.0;
        foreach (ref readonly var load in _loads.AsSpan()) slowest = Math.Max(slowest, _model.StepUs(load));
        return slowest;
    }
}
