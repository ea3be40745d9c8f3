namespace Kantor.EventLogs.Records;

/// <summary>Requests generated tokens.</summary>
public sealed record TokensRecord : LogRecord
{
    /// <summary>Request, tokens, request, tokens …</summary>
    public required IReadOnlyList<long> Of { get; init; }
}
