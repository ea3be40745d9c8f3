using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Agents;

/// <summary>Options of <see cref="JustitiaPlanner"/>.</summary>
public sealed record JustitiaOptions
{
    private static readonly (string, AgentKind)[] AgentWords =
        [("tenant", AgentKind.Tenant), ("session", AgentKind.Session), ("request", AgentKind.Request)];

    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<JustitiaOptions>> Keys { get; } =
    [
        Option.Word<JustitiaOptions, AgentKind>(
            "agent", AgentWords, options => options.Agent, (options, agent) => options with { Agent = agent },
            "whose requests are served together: those of a tenant, those of a session, or each alone"),
    ];

    /// <summary>Whose requests are served together.</summary>
    public AgentKind Agent { get; init; }
}

/// <summary>What an agent is, whose requests are served together.</summary>
public enum AgentKind
{
    /// <summary>All that a tenant has.</summary>
    Tenant,

    /// <summary>All of a session; a request without one is an agent of its own.</summary>
    Session,

    /// <summary>Each request alone.</summary>
    Request,
}
