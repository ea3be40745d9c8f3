using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Simulation.Events;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Replicas;

namespace Kantor.Simulation.Run;

/// <summary>
/// Brings KV to replicas that wait for it, from host memory or from where a prompt was computed, which keeps it until then.
/// </summary>
internal sealed class KvFetching(StepDriver steps, EventQueue events)
{
    private readonly KvCopies _copies = new();

    /// <summary>The row's KV stays where it is until a replica that decodes has pulled it; the router may have said which.</summary>
    public void Keep(SimulatedReplica replica, int row, SimulatedReplica? decode)
    {
        var spec = replica.Scheduler.Spec(row);
        replica.Scheduler.Park(row, returns: false);
        _copies.Keep(spec.Id.Value, new KeptKv(replica, row, spec.Content.Count - 1, decode));
    }

    /// <summary>What is kept for the attempt; null for nothing.</summary>
    public KeptKv? KeptFor(RequestId attempt) => _copies.KeptFor(attempt.Value);

    /// <summary>The attempt does not need what is kept for it any more, if anything is.</summary>
    public void Release(long attempt)
    {
        if (_copies.Release(attempt) is not { } kept) return;
        steps.CutLeap(kept.Replica.Unit);
        kept.Replica.Leave(kept.Row);
        steps.Wake(kept.Replica.Unit);
    }

    /// <summary>
    /// The attempt has a further token at this replica and needs what is kept for it no more, not even when it gives way there.
    /// </summary>
    public void WentOn(SimulatedReplica at, RequestId attempt)
    {
        if (KeptFor(attempt) is not { } kept) return;
        at.LoseHandover(attempt, kept.Place);
        Release(attempt.Value);
    }

    /// <summary>A request waits for KV at the replica: the copy begins.</summary>
    public void Begin(SimulatedReplica to, in KvLoad load)
    {
        var way = to.WayFrom(load.Place) ?? _copies.WayFor(load.Id);
        events.Schedule(way.EndUs(events.NowUs, load.ToToken - load.FromToken), EventKind.CopyEnd, _copies.Begin(to, load));
    }

    /// <summary>The copy of this number is over, unless it was given up.</summary>
    public void End(int number)
    {
        if (_copies.End(number) is not { } copy) return;
        steps.CutLeap(copy.To.Unit);
        if (!copy.To.Scheduler.Loaded(copy.Load)) return;
        Release(copy.Load.Id);
        steps.Wake(copy.To.Unit);
    }

    /// <summary>The replica is gone, and so is the use of what was on its way there.</summary>
    public void GiveUpTo(SimulatedReplica replica) => _copies.GiveUpTo(replica);

    /// <summary>What was kept for the attempt is lost with the replica that kept it.</summary>
    public void LoseKept(RequestId attempt) => _copies.Release(attempt.Value);

    /// <summary>The attempt goes on at this replica without what was kept for it, and computes what it was to pull.</summary>
    public void GoOnWithout(RequestId attempt, KvPlace place, SimulatedReplica at)
    {
        steps.CutLeap(at.Unit);
        at.LoseHandover(attempt, place);
        if (_copies.GiveUpOf(attempt.Value, place) is { } copy) at.Scheduler.LoadFailed(copy.Load);
        steps.Wake(at.Unit);
    }
}
