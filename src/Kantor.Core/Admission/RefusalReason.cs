using Kantor.Core.Requests;

namespace Kantor.Core.Admission;

/// <summary>Why a request is refused; there are no others.</summary>
public enum RefusalReason
{
    /// <summary>It can never be served here, however long it waits.</summary>
    NeverFits,

    /// <summary>As many wait as may.</summary>
    QueueFull,

    /// <summary>Its objectives cannot be kept any more, so serving it would cost others and bring nothing.</summary>
    DeadlineMissed,

    /// <summary>It is worth less than what it would cost at present.</summary>
    PricedOut,

    /// <summary>Its tenant has what it may have.</summary>
    TenantLimit,

    /// <summary>There is more work than can be done.</summary>
    Shedding,
}

/// <summary>What a refusal is to whoever sent the request.</summary>
public static class Refusals
{
    /// <summary>The outcome of a request that is refused for this reason.</summary>
    public static RequestOutcome OutcomeOf(RefusalReason reason) => reason switch
    {
        RefusalReason.NeverFits => RequestOutcome.RefusedNeverFits,
        RefusalReason.QueueFull => RequestOutcome.RefusedQueueFull,
        RefusalReason.DeadlineMissed => RequestOutcome.RefusedDeadlineMissed,
        RefusalReason.PricedOut => RequestOutcome.RefusedPricedOut,
        RefusalReason.TenantLimit => RequestOutcome.RefusedTenantLimit,
        RefusalReason.Shedding => RequestOutcome.RefusedShedding,
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "There is no such reason."),
    };
}
