namespace Kantor.Reports.Sweeps;

/// <summary>
/// What a sweep was made with and what came of it. Cells are in the order of the grid, whatever the order in which they ended.
/// </summary>
public sealed record SweepReport
{
    /// <summary>Trace, by the name it was given.</summary>
    public required string Trace { get; init; }

    /// <summary>Format of the trace; says so when each seed draws a trace of its own.</summary>
    public required string Format { get; init; }

    /// <summary>Requests of one cell.</summary>
    public required int Requests { get; init; }

    /// <summary>Malformed lines that were left out.</summary>
    public required long LinesSkipped { get; init; }

    /// <summary>Whether batched arrivals were found and spread.</summary>
    public required bool BatchesSpread { get; init; }

    /// <summary>Step-time profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Length predictor.</summary>
    public required string Predictor { get; init; }

    /// <summary>Most running requests of a replica.</summary>
    public required int RunningMax { get; init; }

    /// <summary>Tokens per KV block.</summary>
    public required int BlockSizeTokens { get; init; }

    /// <summary>Whether prefixes are cached.</summary>
    public required bool PrefixCaching { get; init; }

    /// <summary>Output limit that every request declares.</summary>
    public required int OutputTokensMax { get; init; }

    /// <summary>Objectives.</summary>
    public required string Slo { get; init; }

    /// <summary>Command line that gives the same figures again.</summary>
    public required string Command { get; init; }

    /// <summary>Cells of the grid.</summary>
    public required int CellsTotal { get; init; }

    /// <summary>Finished cells.</summary>
    public required IReadOnlyList<SweepCell> Cells { get; init; }

    /// <summary>Cells that could not be finished.</summary>
    public required IReadOnlyList<SweepFailure> Failures { get; init; }

    /// <summary>Whether every cell was tried; false for an interrupted sweep.</summary>
    public bool IsComplete => Cells.Count + Failures.Count == CellsTotal;
}
