using Kantor.Core.Kv;

namespace Kantor.Core.Requests;

/// <summary>
/// What a policy may know of a request. It has no output length: that is known to nobody before the last token, so a policy that peeks
/// cannot be written.
/// </summary>
public sealed record RequestSpec
{
    /// <summary>Name of the request, unique in the run.</summary>
    public required RequestId Id { get; init; }

    /// <summary>The prompt; at least one token. The scheduler appends generated tokens to it, so a spec is used for one run only.</summary>
    public required TokenContent Content { get; init; }

    /// <summary>Declared limit of generated tokens, at least 1; the request ends with <see cref="RequestOutcome.LengthReached"/> there.</summary>
    public required int OutputTokensMax { get; init; }

    /// <summary>When the request reached the host, in microseconds of the host's clock.</summary>
    public required long ArrivalUs { get; init; }

    /// <summary>Traffic class, which selects the length belief.</summary>
    public ClassId Class { get; init; }

    /// <summary>Tenant, for fairness.</summary>
    public TenantId Tenant { get; init; }

    /// <summary>Urgency as in vLLM: lower goes first, 0 is normal.</summary>
    public int Priority { get; init; }

    /// <summary>Which requests may share cached KV with this one.</summary>
    public CacheDomain CacheDomain { get; init; }
}
