using Kantor.Core.Batching;

namespace Kantor.Simulation;

/// <summary>Watches a run without changing it; override what is of interest. Called on the run's thread, after the fact.</summary>
public class SimulationObserver
{
    /// <summary>A request was given to a replica, or refused there.</summary>
    public virtual void Routed(int request, int replica, long nowUs)
    {
    }

    /// <summary>A replica begins a step; its slices can be read from the scheduler.</summary>
    public virtual void StepBegan(int replica, ReplicaScheduler scheduler, long nowUs, long durationUs)
    {
    }

    /// <summary>A request ended.</summary>
    public virtual void RequestEnded(int request, int requestsEnded, long nowUs)
    {
    }

    /// <summary>An event was dealt with; the books of every replica are consistent.</summary>
    public virtual void EventHandled(IReadOnlyList<ReplicaScheduler> schedulers, long nowUs)
    {
    }
}
