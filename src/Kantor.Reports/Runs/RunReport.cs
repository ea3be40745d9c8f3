using Kantor.Core.Requests;
using Kantor.Simulation.Metrics;

namespace Kantor.Reports.Runs;

/// <summary>One row of a comparison: the figures of one policy on one trace.</summary>
public sealed record RunReport
{
    /// <summary>Batch policy.</summary>
    public required string Policy { get; init; }

    /// <summary>Routing policy.</summary>
    public required string Routing { get; init; }

    /// <summary>Requests of the trace.</summary>
    public required int Requests { get; init; }

    /// <summary>Requests that got their whole answer.</summary>
    public required int Completed { get; init; }

    /// <summary>Requests that were refused.</summary>
    public required int Rejected { get; init; }

    /// <summary>Time to first token, over completed requests; null without any.</summary>
    public required LatencySummary? Ttft { get; init; }

    /// <summary>Gaps between consecutive tokens, over all gaps of all requests, each gap counted alike; null without any.</summary>
    public required LatencySummary? Itl { get; init; }

    /// <summary>Arrival to last token, over completed requests; null without any.</summary>
    public required LatencySummary? E2e { get; init; }

    /// <summary>Mean gap between a request's tokens, over completed requests with at least two; null without any.</summary>
    public LatencySummary? Tpot { get; init; }

    /// <summary>Arrival to the first step with tokens of the request, over completed requests; null without any.</summary>
    public LatencySummary? QueueingDelay { get; init; }

    /// <summary>Seconds from the first arrival to the last end.</summary>
    public double MakespanS { get; init; }

    /// <summary>Tokens generated per second of that time.</summary>
    public double OutputTokensPerS { get; init; }

    /// <summary>How often the requests were sent in all; those above their number are retries.</summary>
    public long Attempts { get; init; }

    /// <summary>Requests by how they ended; ways in which none ended are left out.</summary>
    public IReadOnlyList<(RequestOutcome Outcome, int Requests)> Outcomes { get; init; } = [];

    /// <summary>What each tenant got; empty when no request names a tenant.</summary>
    public IReadOnlyList<TenantReport> Tenants { get; init; } = [];

    /// <summary>Jain's index of the tenants' service (<see cref="TenantReport.JainIndexOf"/>).</summary>
    public double? JainIndex => TenantReport.JainIndexOf(Tenants);

    /// <summary>The run over time; null where it is not kept.</summary>
    public RunTimeline? Timeline { get; init; }

    /// <summary>The latency distributions in full; null where they are not kept.</summary>
    public RunCurves? Curves { get; init; }

    /// <summary>Requests within all objectives per second of the time from the first arrival to the last end.</summary>
    public required double GoodputRps { get; init; }

    /// <summary>Requests within all objectives as a share of all requests, refused ones included.</summary>
    public required double SloAttainment { get; init; }

    /// <summary>Share of prompt tokens found in the prefix cache.</summary>
    public required double PrefixHitRate { get; init; }

    /// <summary>Preemptions.</summary>
    public required long Preemptions { get; init; }

    /// <summary>Tokens computed again after preemptions.</summary>
    public required long RecomputedTokens { get; init; }

    /// <summary>Tokens that preempted requests found in the cache when they came back; no hits, because they had computed them themselves.</summary>
    public long RefoundTokens { get; init; }

    /// <summary>Tokens whose KV was copied to a replica instead of computed.</summary>
    public long LoadedTokens { get; init; }

    /// <summary>Tokens whose KV preemptions moved to swap space.</summary>
    public long SwappedTokens { get; init; }

    /// <summary>Share of the pipeline stages' time without a batch; null without pipelines.</summary>
    public double? PipelineIdleShare { get; init; }

    /// <summary>How much of its objective the run reached.</summary>
    public ObjectiveScore? Objective { get; init; }

    /// <summary>What the run needed of its fleet.</summary>
    public FleetTotals Fleet { get; init; } = new();

    /// <summary>Real seconds that the simulation took.</summary>
    public required double WallS { get; init; }

    /// <summary>Requests simulated per real second.</summary>
    public double SimulatedRequestsPerS => WallS > 0 ? Math.Round(Requests / WallS, 1) : 0;

    /// <summary>The figures of a run, whose options hold the objectives.</summary>
    public static RunReport Of(SimulationResult result, double wallS) => new()
    {
        Policy = result.Policy,
        Routing = result.Routing,
        Requests = result.Totals.Ended,
        Completed = result.Completed,
        Rejected = result.Rejected,
        Ttft = LatencySummary.Of(result.Totals.Ttft),
        Itl = LatencySummary.Of(result.Gaps),
        E2e = LatencySummary.Of(result.Totals.E2e),
        Tpot = LatencySummary.Of(result.Totals.Tpot),
        QueueingDelay = LatencySummary.Of(result.Totals.QueueingDelay),
        MakespanS = Math.Round(result.MakespanUs / 1e6, 6),
        OutputTokensPerS = result.MakespanUs == 0 ? 0 : Math.Round(result.Totals.OutputTokens / (result.MakespanUs / 1e6), 3),
        Attempts = result.Totals.Attempts,
        Outcomes =
        [
            .. Enum.GetValues<RequestOutcome>().Select(outcome => (outcome, result.Totals.Count(outcome))).Where(count => count.Item2 > 0),
        ],
        Tenants = TenantReport.Of(result),
        Timeline = RunTimeline.Of(result),
        Curves = RunCurves.Of(result),
        GoodputRps = result.MakespanUs == 0 ? 0 : Math.Round(result.Totals.WeightWithinSlo / (result.MakespanUs / 1e6), 6),
        SloAttainment = Math.Round(result.Totals.SloAttainment, 6),
        Objective = result.Objective,
        PrefixHitRate = Math.Round(result.PrefixHitRate, 6),
        Preemptions = result.Preemptions,
        RecomputedTokens = result.RecomputedTokens,
        RefoundTokens = result.PrefixRefoundTokens,
        LoadedTokens = result.LoadedTokens,
        SwappedTokens = result.SwappedTokens,
        PipelineIdleShare = result.PipelineIdleShare is { } share ? Math.Round(share, 6) : null,
        Fleet = result.Fleet,
        WallS = Math.Round(wallS, 3),
    };
}
