namespace Kantor.Core.Requests;

/// <summary>How a request ended. Every request ends exactly once, in exactly one of these.</summary>
public enum RequestOutcome
{
    /// <summary>The model or a stop string ended the answer.</summary>
    Stopped,

    /// <summary>The declared output limit was reached.</summary>
    LengthReached,

    /// <summary>The client cancelled or went away.</summary>
    Cancelled,

    /// <summary>The client stopped reading for longer than the stall timeout.</summary>
    ReaderStalled,

    /// <summary>Prompt plus declared output exceeds the whole KV pool, so the request could never finish.</summary>
    RefusedNeverFits,

    /// <summary>The queue was at its limit.</summary>
    RefusedQueueFull,

    /// <summary>The policy refused the request.</summary>
    RefusedByPolicy,

    /// <summary>Refused because its objectives could not be kept any more.</summary>
    RefusedDeadlineMissed,

    /// <summary>Refused because it was worth less than what it would have cost.</summary>
    RefusedPricedOut,

    /// <summary>Refused because its tenant had what it may have.</summary>
    RefusedTenantLimit,

    /// <summary>Refused because there was more work than could be done.</summary>
    RefusedShedding,

    /// <summary>The back end failed while the request was in its batch, or gave logits that are not numbers.</summary>
    BackendFailed,

    /// <summary>The host shut down before the request ended.</summary>
    ShutDown,
}

/// <summary>Kinds of outcomes.</summary>
public static class RequestOutcomes
{
    /// <summary>Whether the request was turned away.</summary>
    public static bool IsRefusal(this RequestOutcome outcome) => outcome is
        RequestOutcome.RefusedNeverFits or RequestOutcome.RefusedQueueFull or RequestOutcome.RefusedByPolicy
        or RequestOutcome.RefusedDeadlineMissed
        or RequestOutcome.RefusedPricedOut or RequestOutcome.RefusedTenantLimit or RequestOutcome.RefusedShedding;
}
