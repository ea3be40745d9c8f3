namespace Kantor.Simulation.Metrics;

/// <summary>What one run did.</summary>
public sealed record SimulationResult
{
    /// <summary>Batch policy.</summary>
    public required string Policy { get; init; }

    /// <summary>Routing policy.</summary>
    public required string Routing { get; init; }

    /// <summary>One record per request, in order of arrival.</summary>
    public required IReadOnlyList<RequestRecord> Records { get; init; }

    /// <summary>All gaps between consecutive tokens of a request.</summary>
    public required GapHistogram Gaps { get; init; }

    /// <summary>Requests that ended with their whole answer.</summary>
    public required int Completed { get; init; }

    /// <summary>Requests that were refused, for whatever reason; with <see cref="Completed"/>, all.</summary>
    public required int Rejected { get; init; }

    /// <summary>From the first arrival to the last end.</summary>
    public required long MakespanUs { get; init; }

    /// <summary>Share of the tokens of admitted sequences that were found in the prefix cache; returns after preemptions count again.</summary>
    public required double PrefixHitRate { get; init; }

    /// <summary>Preemptions.</summary>
    public required long Preemptions { get; init; }

    /// <summary>Tokens whose KV was thrown away by preemptions and not found in the cache when the request came back.</summary>
    public required long RecomputedTokens { get; init; }

    /// <summary>Steps of all replicas.</summary>
    public required long Steps { get; init; }

    /// <summary>
    /// Share of the stages' time, from a replica's first batch to its last, in which they waited for a batch: the bubbles of its pipeline, and
    /// times without work. Null without pipeline stages.
    /// </summary>
    public double? PipelineIdleShare { get; init; }

    /// <summary>Plans of the policy that were refused as wrong, so that <c>fcfs</c> planned in its place.</summary>
    public required long PlansRefused { get; init; }

    /// <summary>What was wrong with one of them.</summary>
    public string? LastPlanFault { get; init; }
}
