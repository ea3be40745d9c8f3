namespace Kantor.Core.Batching.Policies.Agents;

/// <summary>Whose requests are served together, and the line of those that wait, linked through <see cref="AgentRows"/>.</summary>
internal sealed class Agent
{
    /// <summary>What it is known by.</summary>
    public (AgentKind Kind, long Value) Name { get; set; }

    /// <summary>Place in the order in which agents came.</summary>
    public long Number { get; set; }

    /// <summary>Virtual time at which it would be done under equal shares.</summary>
    public double Tag { get; set; }

    /// <summary>Its requests that are here.</summary>
    public int Requests { get; set; }

    /// <summary>The first row of its line; null when none waits.</summary>
    public int? First { get; set; }

    /// <summary>The last row of its line.</summary>
    public int? Last { get; set; }
}
