namespace Kantor.Simulation.Metrics;

/// <summary>The totals of one tenant.</summary>
/// <param name="Tenant">Its name; null for requests that name none.</param>
/// <param name="Totals">What became of its requests.</param>
/// <param name="Weight">Share that it is due beside those of others.</param>
public sealed record TenantTotals(string? Tenant, RequestTotals Totals, double Weight = 1);

/// <summary>
/// Finds the totals of a tenant by its name, in order of first arrival. Tenants beyond <see cref="TenantsMax"/> share one.
/// </summary>
/// <param name="weights">Shares of tenants by name; that of any other is 1.</param>
internal sealed class TenantBook(IReadOnlyDictionary<string, double> weights)
{
    /// <summary>Tenants that are counted each by itself.</summary>
    public const int TenantsMax = 1000;

    private readonly Dictionary<string, RequestTotals> _byName = [];
    private readonly List<TenantTotals> _tenants = [];
    private RequestTotals? _nameless;

    /// <summary>Those of the run's tenants; empty when no request names one.</summary>
    public IReadOnlyList<TenantTotals> Tenants => _byName.Count == 0 ? [] : _tenants;

    /// <summary>Those of all tenants beyond the limit together; null when there are none.</summary>
    public RequestTotals? Beyond { get; private set; }

    public RequestTotals Of(string? tenant)
    {
        if (tenant is null) return _nameless ??= Add(null);
        if (_byName.TryGetValue(tenant, out var known)) return known;
        if (_byName.Count == TenantsMax) return Beyond ??= new RequestTotals();
        return _byName[tenant] = Add(tenant);
    }

    private RequestTotals Add(string? tenant)
    {
        var totals = new RequestTotals();
        _tenants.Add(new TenantTotals(tenant, totals, tenant is null ? 1 : weights.GetValueOrDefault(tenant, 1)));
        return totals;
    }
}
