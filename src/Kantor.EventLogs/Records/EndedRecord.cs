using Kantor.Core.Requests;

namespace Kantor.EventLogs.Records;

/// <summary>A request ended, or went on elsewhere.</summary>
public sealed record EndedRecord : LogRecord
{
    /// <summary>Its name.</summary>
    public required long Id { get; init; }

    /// <summary>How; null when it went on elsewhere.</summary>
    public RequestOutcome? Outcome { get; init; }

    /// <summary>Tokens generated.</summary>
    public int Generated { get; init; }

    /// <summary>Tokens that were cached when it was admitted.</summary>
    public int Cached { get; init; }

    /// <summary>Numbers of the tokens that were generated, as far as they are known, as in <see cref="LogContent"/>; null for none.</summary>
    public IReadOnlyList<int>? Answer { get; init; }
}
