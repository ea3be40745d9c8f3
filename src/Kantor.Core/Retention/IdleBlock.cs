using Kantor.Core.Requests;

namespace Kantor.Core.Retention;

/// <summary>What a retention policy may know of a cached block that becomes idle.</summary>
/// <param name="LastUser">The request that released it last; null where the ledger does not know requests.</param>
/// <param name="Tenant">Whose prefix it is.</param>
/// <param name="Depth">Blocks before it in its prefix.</param>
/// <param name="Hits">How often sequences began with it since it was computed.</param>
/// <param name="IdleSinceUs">When it became idle, in microseconds of the host's clock.</param>
/// <param name="RecomputeUs">Microseconds that computing it again takes in a step of its own, by the replica's step-time model; 0 without
/// one.</param>
public readonly record struct IdleBlock(RequestId? LastUser, TenantId Tenant, int Depth, int Hits, long IdleSinceUs, double RecomputeUs);
