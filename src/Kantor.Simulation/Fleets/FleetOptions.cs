namespace Kantor.Simulation.Fleets;

/// <summary>What happens to a fleet during a run, and what becomes of requests that have no replica.</summary>
public sealed record FleetOptions
{
    /// <summary>Replicas that a run can have one after the other.</summary>
    internal const int ReplicasEver = 65_536;

    /// <summary>Failures, drains and additions, in any order; those of one moment happen in this order.</summary>
    public IReadOnlyList<FleetEvent> Events { get; init; } = [];

    /// <summary>What becomes of the requests of a replica that fails.</summary>
    public LostRequests LostRequests { get; init; } = LostRequests.HandedOn;

    /// <summary>
    /// Arriving requests that wait when no replica takes requests, at least 0; one more is refused as
    /// <see cref="Core.Requests.RequestOutcome.RefusedQueueFull"/>. Requests that lost their replica always wait.
    /// </summary>
    public int WaitingOutsideMax { get; init; } = 10_000;

    /// <summary>
    /// Longest time in microseconds for which a router may hold a request, at least 1; one that holds it longer makes no progress and ends
    /// the run with an error.
    /// </summary>
    public long HoldUsMax { get; init; } = 3_600_000_000;

    /// <summary>Whether an event is about replicas that decode.</summary>
    internal bool ConcernsDecoding => Events.Any(change => change is ReplicaJoins { Decodes: true });

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(WaitingOutsideMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(WaitingOutsideMax, 10_000_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(HoldUsMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Events.Count, ReplicasEver);
        if (!Enum.IsDefined(LostRequests))
        {
            throw new ArgumentOutOfRangeException(nameof(LostRequests), LostRequests, "There is no such value.");
        }

        foreach (var change in Events) change.Validate();
    }
}

/// <summary>What becomes of the requests of a replica that fails.</summary>
public enum LostRequests
{
    /// <summary>
    /// The router gives each to another replica, which computes prompt and generated tokens again; tokens that were sent stay sent. Where
    /// KV of the prompt is still kept on a prefilling replica, it is pulled from there.
    /// </summary>
    HandedOn,

    /// <summary>They end as <see cref="Core.Requests.RequestOutcome.BackendFailed"/>.</summary>
    Fail,
}
