using Kantor.Core.Kv;

namespace Kantor.Core.Requests;

/// <summary>
/// All that any decision may know of a request: the same record at the gateway, in the queue and in a policy's memory. It has no output
/// length, because that is known to nobody before the last token, so a policy that peeks cannot be written.
/// </summary>
public sealed record RequestFacts
{
    /// <summary>Name of the request, unique in the run.</summary>
    public required RequestId Id { get; init; }

    /// <summary>Length of the prompt in tokens, at least 1.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>
    /// Declared limit of generated tokens, at least 1; the request ends with <see cref="RequestOutcome.LengthReached"/> there.
    /// </summary>
    public required int OutputTokensMax { get; init; }

    /// <summary>When the request reached the host, in microseconds of the host's clock.</summary>
    public required long ArrivalUs { get; init; }

    /// <summary>Tenant, for fairness and limits.</summary>
    public TenantId Tenant { get; init; }

    /// <summary>Service class, which selects the length belief, the value and the objectives.</summary>
    public ClassId Class { get; init; }

    /// <summary>Session that it is a turn of; null when it stands alone or that is not known.</summary>
    public SessionId? Session { get; init; }

    /// <summary>Which requests may share cached KV with this one.</summary>
    public CacheDomain CacheDomain { get; init; }

    /// <summary>Urgency as in vLLM: lower goes first, 0 is normal.</summary>
    public int Priority { get; init; }

    /// <summary>How often it was sent, this time included; at least 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>
    /// Hint of the client: microseconds from its end to the next turn of its session, at least 0; null when it gives none.
    /// </summary>
    public long? NextTurnAfterUs { get; init; }

    /// <summary>Adapter that computes it.</summary>
    public AdapterId Adapter => new(CacheDomain.Adapter);
}
