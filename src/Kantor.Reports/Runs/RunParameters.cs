namespace Kantor.Reports.Runs;

/// <summary>What a comparison was made with, as far as it decides the figures.</summary>
public sealed record RunParameters
{
    /// <summary>Name of the scenario file that describes the run completely; null where options did.</summary>
    public string? Scenario { get; init; }

    /// <summary>Trace, by the name it was given.</summary>
    public required string Trace { get; init; }

    /// <summary>Format of the trace.</summary>
    public required string Format { get; init; }

    /// <summary>Malformed lines that were left out.</summary>
    public required long LinesSkipped { get; init; }

    /// <summary>Whether batched arrivals were found and spread.</summary>
    public required bool BatchesSpread { get; init; }

    /// <summary>Factor on the arrival rate.</summary>
    public required double RateScale { get; init; }

    /// <summary>Seed of the run.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Step-time profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Length predictor.</summary>
    public required string Predictor { get; init; }

    /// <summary>Replicas.</summary>
    public required int Replicas { get; init; }

    /// <summary>Most tokens of a step.</summary>
    public required int StepTokensMax { get; init; }

    /// <summary>Most running requests of a replica.</summary>
    public required int RunningMax { get; init; }

    /// <summary>KV pool of a replica in tokens, in whole blocks.</summary>
    public required long KvTokens { get; init; }

    /// <summary>Tokens per KV block.</summary>
    public required int BlockSizeTokens { get; init; }

    /// <summary>Whether prefixes are cached.</summary>
    public required bool PrefixCaching { get; init; }

    /// <summary>Output limit that every request declares.</summary>
    public required int OutputTokensMax { get; init; }

    /// <summary>When clients send, how long they wait and how often they try again, in words.</summary>
    public string Clients { get; init; } = "open loop";

    /// <summary>Objectives.</summary>
    public required string Slo { get; init; }
}
