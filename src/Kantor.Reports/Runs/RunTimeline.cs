using Kantor.Simulation.Metrics;

namespace Kantor.Reports.Runs;

/// <summary>A run over virtual time, by buckets of equal width from time 0. All lists have one figure per bucket.</summary>
public sealed record RunTimeline
{
    /// <summary>Tenants that are shown each by itself: those with the most service.</summary>
    public const int TenantsMax = 8;

    /// <summary>Width of a bucket in seconds.</summary>
    public required double BucketS { get; init; }

    /// <summary>Mean number of waiting requests.</summary>
    public required IReadOnlyList<double> WaitingMean { get; init; }

    /// <summary>Most waiting requests of eight or more samples.</summary>
    public required IReadOnlyList<double> WaitingMax { get; init; }

    /// <summary>Mean number of running requests.</summary>
    public required IReadOnlyList<double> RunningMean { get; init; }

    /// <summary>Mean share of the fleet's KV blocks that running requests hold, 0 to 1.</summary>
    public required IReadOnlyList<double> KvShareMean { get; init; }

    /// <summary>That share of the fullest replica in any sample.</summary>
    public required IReadOnlyList<double> KvShareMax { get; init; }

    /// <summary>Prompt and output tokens served per second.</summary>
    public required IReadOnlyList<double> TokensPerS { get; init; }

    /// <summary>The same by tenant, those with the most service, in order of first arrival; empty without tenants.</summary>
    public required IReadOnlyList<(string Tenant, IReadOnlyList<double> TokensPerS)> Tenants { get; init; }

    /// <summary>The run over time.</summary>
    public static RunTimeline Of(SimulationResult result)
    {
        var buckets = result.Timeline.Buckets;
        var most = result.Tenants.OrderByDescending(tenant => tenant.Totals.ServiceTokens).Take(TenantsMax).ToHashSet();
        return new RunTimeline
        {
            BucketS = result.Timeline.BucketUs / 1e6,
            WaitingMean = [.. buckets.Select(bucket => Math.Round(bucket.WaitingMean, 3))],
            WaitingMax = [.. buckets.Select(bucket => (double)bucket.WaitingMax)],
            RunningMean = [.. buckets.Select(bucket => Math.Round(bucket.RunningMean, 3))],
            KvShareMean = [.. buckets.Select(bucket => Math.Round(bucket.KvShareMean, 5))],
            KvShareMax = [.. buckets.Select(bucket => Math.Round(bucket.KvShareMax, 5))],
            TokensPerS = PerS(result.Totals.Service),
            Tenants =
                [.. result.Tenants.Where(most.Contains).Select(tenant => (tenant.Tenant ?? "(no tenant)", PerS(tenant.Totals.Service)))],
        };

        IReadOnlyList<double> PerS(ServiceTimeline service) =>
        [
            .. service.TokensBy(result.Timeline.BucketUs, buckets.Count)
                .Select(tokens => Math.Round(tokens / (result.Timeline.BucketUs / 1e6), 3)),
        ];
    }
}
