using Kantor.Core.Decisions;
using Kantor.Core.Replica;

namespace Kantor.Simulation.Events;

/// <summary>Watches a run without changing it; override what is of interest. Called on the run's thread, after the fact.</summary>
public class SimulationObserver
{
    /// <summary>Hears every event of a replica that its policies hear, after them; null for nobody. Asked when the replica is made.</summary>
    public virtual PolicyState? ListenerOf(int replica, ReplicaOptions options) => null;

    /// <summary>Takes down why the policies of a replica decide as they do; null for nobody. Asked when the replica is made.</summary>
    public virtual IDecisionLog? LogOf(int replica) => null;

    /// <summary>A request was given to a replica, or refused there.</summary>
    public virtual void Routed(int request, int replica, long nowUs)
    {
    }

    /// <summary>A replica begins a step; its slices can be read from the scheduler.</summary>
    public virtual void StepBegan(int replica, ReplicaScheduler scheduler, long nowUs, long durationUs)
    {
    }

    /// <summary>
    /// The step that began last on this replica, whose slices can still be read from the scheduler, is followed by the same step again and
    /// again: step k begins when step k − 1 ends, and each slice begins after the tokens of the one before. Reported when the books are brought up to the last
    /// step, which may still be under way. <paramref name="endsUs"/> holds the end of each step, from the one already reported on.
    /// </summary>
    public virtual void StepsRepeated(int replica, ReplicaScheduler scheduler, ReadOnlySpan<long> endsUs)
    {
    }

    /// <summary>A request ended.</summary>
    public virtual void RequestEnded(int request, int requestsEnded, long nowUs)
    {
    }

    /// <summary>An event was dealt with; the books of every replica are consistent, those of a leaping one as of its first step.</summary>
    public virtual void EventHandled(IReadOnlyList<ReplicaScheduler> schedulers, long nowUs)
    {
    }
}
