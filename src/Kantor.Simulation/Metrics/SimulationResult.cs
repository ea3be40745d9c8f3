namespace Kantor.Simulation.Metrics;

/// <summary>What one run did.</summary>
public sealed record SimulationResult
{
    /// <summary>Batch policy.</summary>
    public required string Policy { get; init; }

    /// <summary>Routing policy.</summary>
    public required string Routing { get; init; }

    /// <summary>What became of all requests.</summary>
    public required RequestTotals Totals { get; init; }

    /// <summary>The same by tenant, in order of first arrival; empty when no request names a tenant.</summary>
    public required IReadOnlyList<TenantTotals> Tenants { get; init; }

    /// <summary>The tenants that came after the first thousand, together; null when there are none.</summary>
    public required RequestTotals? TenantsBeyond { get; init; }

    /// <summary>Queue, batch and KV over time.</summary>
    public required FleetTimeline Timeline { get; init; }

    /// <summary>All gaps between consecutive tokens of a request.</summary>
    public required DurationHistogram Gaps { get; init; }

    /// <summary>One record per request, in order of their numbers, which are those of the trace.</summary>
    /// <exception cref="InvalidOperationException">The run kept none (KeepsRecords of its options).</exception>
    public IReadOnlyList<RequestRecord> Records =>
        KeptRecords ?? throw new InvalidOperationException("The run kept no records; set SimulationOptions.KeepsRecords.");

    /// <summary>
    /// Most records of requests that were in memory at once, in whole chunks; does not grow with the trace unless all are kept.
    /// </summary>
    public required int RecordsHeldMax { get; init; }

    /// <summary>How much of its objective the run reached.</summary>
    public required ObjectiveScore Objective { get; init; }

    /// <summary>Requests that ended with their whole answer.</summary>
    public int Completed => Totals.Completed;

    /// <summary>Requests that were refused, for whatever reason.</summary>
    public int Rejected => Totals.Refused;

    /// <summary>What the run needed of its fleet.</summary>
    public FleetTotals Fleet { get; init; } = new();

    /// <summary>From the first arrival to the last end.</summary>
    public required long MakespanUs { get; init; }

    /// <summary>Share of the prompt tokens of admitted requests that were cached by others or before.</summary>
    public required double PrefixHitRate { get; init; }

    /// <summary>Cached tokens with which requests came back after a preemption or from another replica; they are in no hit rate.</summary>
    public long PrefixRefoundTokens { get; init; }

    /// <summary>Preemptions.</summary>
    public required long Preemptions { get; init; }

    /// <summary>Tokens whose KV was thrown away by preemptions and not found in the cache when the request came back.</summary>
    public required long RecomputedTokens { get; init; }

    /// <summary>Steps of all replicas.</summary>
    public required long Steps { get; init; }

    /// <summary>Tokens whose KV was copied to a replica from a tier, from swap space or from where the prompt was computed.</summary>
    public long LoadedTokens { get; init; }

    /// <summary>Tokens whose KV preemptions moved to swap space.</summary>
    public long SwappedTokens { get; init; }

    /// <summary>
    /// Share of the stages' time, from a replica's first batch to its last, in which they waited for a batch: the bubbles of its pipeline,
    /// and times without work. Null without pipeline stages.
    /// </summary>
    public double? PipelineIdleShare { get; init; }

    /// <summary>Plans of the policy that were refused as wrong, so that <c>fcfs</c> planned in its place.</summary>
    public required long PlansRefused { get; init; }

    /// <summary>What was wrong with one of them.</summary>
    public string? LastPlanFault { get; init; }

    /// <summary>The records, where the run kept them.</summary>
    internal IReadOnlyList<RequestRecord>? KeptRecords { get; init; }
}
