using Kantor.Simulation.Events;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Clients;

/// <summary>Finds the tenant of a request.</summary>
internal sealed class TenantTable(IReadOnlyList<TenantSpec> tenants)
{
    private readonly Dictionary<string, int> _numbers = tenants.Select((tenant, number) => (tenant.Name, number))
        .ToDictionary(entry => entry.Name, entry => entry.number, StringComparer.Ordinal);

    /// <summary>The tenant's number and settings; null when the run has no tenants.</summary>
    /// <exception cref="SimulationException">The run has tenants and the request names none of them.</exception>
    public (int Number, TenantSpec Spec)? Of(int request, in TraceRequest truth)
    {
        if (tenants.Count == 0) return null;
        if (truth.Tenant is { } name && _numbers.TryGetValue(name, out var number)) return (number, tenants[number]);
        var named = truth.Tenant is { } unknown ? $"is of tenant '{unknown}', which the run does not have" : "names no tenant";
        throw new SimulationException($"Request {request} {named}. Tenants: "
            + $"{string.Join(", ", tenants.Take(20).Select(tenant => tenant.Name))}{(tenants.Count > 20 ? ", …" : "")}.");
    }
}
