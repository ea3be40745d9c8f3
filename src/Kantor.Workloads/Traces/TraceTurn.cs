namespace Kantor.Workloads.Traces;

/// <summary>
/// The place of a request in a session of requests that wait for one another. A replay at the recorded times (open loop) does not need it;
/// one in a closed loop does.
/// </summary>
public sealed record TraceTurn
{
    /// <summary>Session, unique in the trace; a sub-agent is a session of its own.</summary>
    public required string SessionId { get; init; }

    /// <summary>Session that started this one; null for none.</summary>
    public string? ParentSessionId { get; init; }

    /// <summary>Requests of the session before this one in the file.</summary>
    public required int Turn { get; init; }

    /// <summary>
    /// Microseconds from the end of the turn before to this request, at least 0: what a person thought or a tool ran; null when not
    /// recorded.
    /// </summary>
    public long? ThinkUs { get; init; }

    /// <summary>
    /// Of the first turn of a sub-agent: microseconds from the end of the parent's turn that launched it to this request, at least 0; null
    /// when not known. A recorded delay like <see cref="ThinkUs"/>: another arrival rate changes neither.
    /// </summary>
    public long? LaunchUs { get; init; }

    /// <summary>What the turn answers to.</summary>
    public TurnCause Cause { get; init; }
}

/// <summary>What makes a session ask again.</summary>
public enum TurnCause
{
    /// <summary>Not recorded.</summary>
    Unknown,

    /// <summary>A person wrote.</summary>
    Human,

    /// <summary>A tool returned.</summary>
    Tool,
}
