namespace Kantor.EventLogs.Records;

/// <summary>First line of an event log.</summary>
public sealed record EventLogHeader
{
    /// <summary>The version that is written and read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the format; a later one is not read.</summary>
    public required int KantorEventLog { get; init; }

    /// <summary>What wrote it, such as <c>serve</c>.</summary>
    public required string Host { get; init; }
}
