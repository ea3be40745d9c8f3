namespace Kantor.Cli.Simulate;

/// <summary>The options of <c>kantor simulate</c> as they were typed; null where not given.</summary>
internal sealed record SimulateArguments
{
    public string? Trace { get; init; }

    public string? Policy { get; init; }

    public string? Routing { get; init; }

    public string? Replicas { get; init; }

    public string? Profile { get; init; }

    public string? RateScale { get; init; }

    public string? Seed { get; init; }

    public string? Slo { get; init; }

    public string? StepTokens { get; init; }

    public string? RunningMax { get; init; }

    public string? KvTokens { get; init; }

    public string? BlockSize { get; init; }

    public string? MaxTokens { get; init; }

    public string? Predictor { get; init; }

    public string? Limit { get; init; }

    public string? SpreadBatches { get; init; }

    public string? Json { get; init; }

    public string? Csv { get; init; }

    public bool NoPrefixCache { get; init; }

    public bool NoLeap { get; init; }

    public bool SkipBadLines { get; init; }
}
