using Kantor.Core.Batching;
using Kantor.Core.Replica;
using Kantor.Simulation.Events;

namespace Kantor.Simulation.Replicas;

/// <summary>
/// A replica of several stages: a batch passes through them in turn, the next one enters when the first stage is free, and at most as many
/// are under way as there are stages. Stages wait where batches differ: the bubbles.
/// </summary>
internal sealed class PipelineUnit(int index, SimulatedReplica replica, SimulationObserver observer) : IStepUnit
{
    private readonly Queue<(StepInFlight Step, long BeganUs, long EndUs)> _underWay = new();
    private readonly long[] _freeUs = new long[replica.Pool.PipelineStages];
    private long _beganUs;

    public int Index { get; } = index;

    public bool IsAwake { get; set; }

    public bool HasWork => replica.HasWork;

    public long? BeginsNextUs => _freeUs[0];

    public long? HeldUntilUs => replica.Scheduler.HeldUntilUs;

    /// <summary>Microseconds for which stages stood idle between two batches, and for which they worked.</summary>
    public (long IdleUs, long BusyUs) Stages { get; private set; }

    public bool TryBeginStep(long nowUs, out long endUs)
    {
        endUs = 0;
        if (_underWay.Count == _freeUs.Length || _freeUs[0] > nowUs) return false;
        if (!replica.TryPlan(nowUs, _freeUs[0] == nowUs ? _beganUs : nowUs)) return false;
        var stageUs = StageUs();
        endUs = Pass(nowUs, stageUs);
        observer.StepBegan(replica.Index, replica.Scheduler, nowUs, endUs - nowUs);
        _underWay.Enqueue((replica.Scheduler.TakeStep(), nowUs, endUs));
        _beganUs = nowUs;
        return true;
    }

    public bool TryEndStep(long nowUs)
    {
        if (!_underWay.TryPeek(out var first) || first.EndUs != nowUs) return false;
        _underWay.Dequeue();
        replica.Scheduler.ResumeStep(first.Step);
        replica.Complete(nowUs, nowUs - first.BeganUs);
        return true;
    }

    public bool TryCutLeap(long nowUs, out long endUs)
    {
        endUs = 0;
        return false;
    }

    public int Stop()
    {
        var steps = _underWay.Count;
        _underWay.Clear();
        return steps;
    }

    public int BlocksUnbooked(long nowUs) => 0;

    public bool CatchUp(long nowUs) => false;

    private long StageUs()
    {
        var load = StepSlice.LoadOf(replica.Scheduler.Slices);
        return StepClock.Whole(
            (replica.StepFactor * replica.Pool.StepTime.StepUs(load) / _freeUs.Length) + replica.Pool.PipelineHopUs,
            load) + replica.HeldUpUs;
    }

    /// <summary>When the batch leaves the last stage; stages are entered in turn, each when it is free.</summary>
    private long Pass(long nowUs, long stageUs)
    {
        var (atUs, idleUs) = (nowUs, 0L);
        for (var stage = 0; stage < _freeUs.Length; stage++)
        {
            var beginUs = Math.Max(atUs, _freeUs[stage]);
            if (_freeUs[stage] > 0) idleUs += beginUs - _freeUs[stage];
            _freeUs[stage] = atUs = checked(beginUs + stageUs);
        }

        Stages = (Stages.IdleUs + idleUs, Stages.BusyUs + (_freeUs.Length * stageUs));
        return atUs;
    }
}
