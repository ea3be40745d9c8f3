using Kantor.Core.Requests;

namespace Kantor.EventLogs.Records;

/// <summary>A request came to a replica.</summary>
public sealed record ArrivedRecord : LogRecord
{
    /// <summary>Its name.</summary>
    public required long Id { get; init; }

    /// <summary>Prompt tokens.</summary>
    public required int Prompt { get; init; }

    /// <summary>Declared limit of generated tokens.</summary>
    public required int OutputMax { get; init; }

    /// <summary>When it reached the host, in microseconds.</summary>
    public long ArrivalUs { get; init; }

    /// <summary>Tenant.</summary>
    public int Tenant { get; init; }

    /// <summary>Service class, by number.</summary>
    public int Class { get; init; }

    /// <summary>Tenant of its cache domain.</summary>
    public int CacheTenant { get; init; }

    /// <summary>Adapter.</summary>
    public int Adapter { get; init; }

    /// <summary>Urgency.</summary>
    public int Priority { get; init; }

    /// <summary>Session; null when it stands alone.</summary>
    public long? Session { get; init; }

    /// <summary>How often it was sent.</summary>
    public int Attempt { get; init; }

    /// <summary>Hint about the next turn; null for none.</summary>
    public long? NextTurnAfterUs { get; init; }

    /// <summary>What it is made of; null when nothing of it is known.</summary>
    public LogContent? Content { get; init; }

    /// <summary>The facts as policies see them.</summary>
    public RequestFacts Facts() => new()
    {
        Id = new RequestId(Id),
        PromptTokens = Prompt,
        OutputTokensMax = OutputMax,
        ArrivalUs = ArrivalUs,
        Tenant = new TenantId(Tenant),
        Class = new ClassId(Class),
        Session = Session is { } session ? new SessionId(session) : null,
        CacheDomain = new CacheDomain(CacheTenant, Adapter),
        Priority = Priority,
        Attempt = Attempt,
        NextTurnAfterUs = NextTurnAfterUs,
    };

    /// <summary>The record of a request.</summary>
    internal static ArrivedRecord Of(RequestFacts facts, long atUs, int replica, LogContent? content) => new()
    {
        AtUs = atUs,
        Replica = replica,
        Id = facts.Id.Value,
        Prompt = facts.PromptTokens,
        OutputMax = facts.OutputTokensMax,
        ArrivalUs = facts.ArrivalUs,
        Tenant = facts.Tenant.Value,
        Class = facts.Class.Value,
        CacheTenant = facts.CacheDomain.Tenant,
        Adapter = facts.CacheDomain.Adapter,
        Priority = facts.Priority,
        Session = facts.Session?.Value,
        Attempt = facts.Attempt,
        NextTurnAfterUs = facts.NextTurnAfterUs,
        Content = content,
    };
}
