namespace Kantor.EventLogs.Records;

/// <summary>A planned step was executed.</summary>
public sealed record StepRecord : LogRecord
{
    /// <summary>Microseconds that it took.</summary>
    public required long Us { get; init; }
}
