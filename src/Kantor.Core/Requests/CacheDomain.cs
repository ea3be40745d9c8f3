namespace Kantor.Core.Requests;

/// <summary>
/// The salt of the prefix cache: KV is shared only between requests with equal domains, so neither another tenant nor another adapter can
/// read, or by timing observe, what is cached.
/// </summary>
/// <param name="Tenant">Tenant number, 0 for the only one.</param>
/// <param name="Adapter">Adapter number, 0 for none.</param>
public readonly record struct CacheDomain(int Tenant, int Adapter);
