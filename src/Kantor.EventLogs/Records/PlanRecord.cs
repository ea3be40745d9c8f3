namespace Kantor.EventLogs.Records;

/// <summary>A plan was booked.</summary>
public sealed record PlanRecord : LogRecord
{
    /// <summary>Who computes, in the order of the plan: request, tokens, tokens reserved (0 for none), request …</summary>
    public IReadOnlyList<long>? Grants { get; init; }

    /// <summary>Requests that gave way.</summary>
    public IReadOnlyList<long>? Preempted { get; init; }

    /// <summary>Requests that were refused: request, outcome as a number, request …</summary>
    public IReadOnlyList<long>? Refused { get; init; }

    /// <summary>Requests that were to be admitted and wait on, because the books let them.</summary>
    public IReadOnlyList<long>? Deferred { get; init; }

    /// <summary>Until when nobody computes, in microseconds of the host's clock; null when the policy does not hold.</summary>
    public long? HoldsUntilUs { get; init; }
}
