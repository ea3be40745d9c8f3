namespace Kantor.Cli.Bench;

/// <summary>What a session has seen so far: the answers belong to the turns that follow.</summary>
internal sealed class BenchSession
{
    private readonly List<(string Asked, string Answered)> _turns = [];

    /// <summary>When its last turn ended; 0 before the first.</summary>
    public long EndUs { get; set; }

    /// <summary>The turns whose whole answers came, in order.</summary>
    public IReadOnlyList<(string Asked, string Answered)> Turns => _turns;

    /// <summary>A whole answer came.</summary>
    public void Add(string asked, string answered) => _turns.Add((asked, answered));
}

/// <summary>One request on its way.</summary>
internal sealed record BenchCall(PlannedRequest Planned, BenchSession Session, string Model, bool IgnoresEos);
