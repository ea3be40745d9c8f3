using Kantor.Simulation.Metrics;

namespace Kantor.Reports.Runs;

/// <summary>What one tenant got in a run.</summary>
public sealed record TenantReport
{
    /// <summary>Its name; null for requests that name none.</summary>
    public required string? Tenant { get; init; }

    /// <summary>Share that it is due beside those of others, above 0.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Its requests.</summary>
    public required int Requests { get; init; }

    /// <summary>Those that got their whole answer.</summary>
    public required int Completed { get; init; }

    /// <summary>Those that were refused.</summary>
    public required int Rejected { get; init; }

    /// <summary>Prompt and output tokens that it was served.</summary>
    public required long ServiceTokens { get; init; }

    /// <summary>Those as a share of the tokens that all were served, 0 to 1.</summary>
    public required double ServiceShare { get; init; }

    /// <summary>Requests within all objectives as a share of all of its own.</summary>
    public required double SloAttainment { get; init; }

    /// <summary>Time to first token of completed requests; null without any.</summary>
    public required LatencySummary? Ttft { get; init; }

    /// <summary>The tenants of a run in order of first arrival; those after the first thousand come together at the end.</summary>
    public static IReadOnlyList<TenantReport> Of(SimulationResult result)
    {
        var all = result.TenantsBeyond is { } beyond ? result.Tenants.Append(new TenantTotals("(all others)", beyond)) : result.Tenants;
        return [.. all.Select(tenant => Of(tenant, result.Totals.ServiceTokens))];
    }

    /// <summary>
    /// Jain's index of the tenants' service by weight, (Σx)² / (n·Σx²): 1 when all got what they are due, 1/n when one got everything; null
    /// with fewer than two tenants or without any service.
    /// </summary>
    public static double? JainIndexOf(IReadOnlyList<TenantReport> tenants)
    {
        var (sum, squares) = (tenants.Sum(ShareOf), tenants.Sum(tenant => ShareOf(tenant) * ShareOf(tenant)));
        return tenants.Count < 2 || squares == 0 ? null : Math.Round(sum * sum / (tenants.Count * squares), 6);
    }

    private static double ShareOf(TenantReport tenant) => tenant.ServiceTokens / tenant.Weight;

    private static TenantReport Of(TenantTotals tenant, long serviceTokensOfAll) => new()
    {
        Tenant = tenant.Tenant,
        Weight = tenant.Weight,
        Requests = tenant.Totals.Ended,
        Completed = tenant.Totals.Completed,
        Rejected = tenant.Totals.Refused,
        ServiceTokens = tenant.Totals.ServiceTokens,
        ServiceShare = serviceTokensOfAll == 0 ? 0 : Math.Round((double)tenant.Totals.ServiceTokens / serviceTokensOfAll, 6),
        SloAttainment = Math.Round(tenant.Totals.SloAttainment, 6),
        Ttft = LatencySummary.Of(tenant.Totals.Ttft),
    };
}
