namespace Kantor.Core.Decisions;

/// <summary>What is decided.</summary>
public enum DecisionKind : byte
{
    /// <summary>Who is admitted to the batch; the choice is a row.</summary>
    Plan,

    /// <summary>Who gives way; the choice is a row.</summary>
    Preempt,

    /// <summary>Where a request goes; the choice is the number of an endpoint.</summary>
    Route,

    /// <summary>How many replicas there should be; the choice is their number.</summary>
    Scale,
}
