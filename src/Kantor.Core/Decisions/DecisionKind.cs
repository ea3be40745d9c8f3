namespace Kantor.Core.Decisions;

/// <summary>What is decided.</summary>
public enum DecisionKind : byte
{
    /// <summary>
    /// Who is admitted to the batch; the choice is a row. As an event: a plan is booked from now on; the choice is its number of grants.
    /// </summary>
    Plan,

    /// <summary>Who gives way; the choice is a row.</summary>
    Preempt,

    /// <summary>Where a request goes; the choice is the number of an endpoint.</summary>
    Route,

    /// <summary>How many replicas there should be; the choice is their number.</summary>
    Scale,

    /// <summary>Who is refused by a plan; the choice is the <see cref="Requests.RequestOutcome"/> as a number.</summary>
    Refuse,

    /// <summary>Nobody computes for now; the choice is until when, in microseconds of the host's clock.</summary>
    Hold,

    /// <summary>Who was to be admitted by a plan and waits on, for want of a sequence id or for a prefix that is being computed.</summary>
    Defer,
}
