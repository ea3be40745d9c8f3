namespace Kantor.EventLogs.Replaying;

/// <summary>What a plan can do with a request.</summary>
public enum PlanActionKind
{
    /// <summary>Nothing in this step.</summary>
    Nothing,

    /// <summary>A running request computes.</summary>
    Compute,

    /// <summary>A waiting request is admitted.</summary>
    Admit,

    /// <summary>A running request gives way.</summary>
    Preempt,

    /// <summary>A waiting request is refused.</summary>
    Refuse,

    /// <summary>Nobody computes.</summary>
    Hold,
}
