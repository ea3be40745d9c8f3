namespace Kantor.Workloads.Traces;

/// <summary>What a reader accepts.</summary>
public sealed record TraceReadOptions
{
    /// <summary>Longest prompt or output that is believed, in tokens.</summary>
    public const int TokensMax = 100_000_000;

    /// <summary>Latest time that is believed: ten years.</summary>
    public const long TimestampMsMax = 10L * 366 * 24 * 3600 * 1000;

    /// <summary>Whether a malformed line is counted and left out instead of ending the reading.</summary>
    public bool SkipsBadLines { get; init; }

    /// <summary>Requests after which the reader stops, as if the file ended; null for all.</summary>
    public int? RequestsLimit { get; init; }

    /// <summary>Requests that a file may hold; more are an error.</summary>
    public int RequestsMax { get; init; } = 10_000_000;

    /// <summary>Longest line in bytes.</summary>
    public int LineBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Mean seconds between the starts of sessions, where a format records none; above 0 and finite.</summary>
    public double SessionGapS { get; init; } = 60;

    /// <summary>Seed of those starts.</summary>
    public ulong SessionStartSeed { get; init; } = 1;
}
