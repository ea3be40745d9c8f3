namespace Kantor.Workloads.Generators;

/// <summary>
/// A workload of sessions: each turn's prompt is the turn before, its output and something new, so that all but the new part was there
/// before.
/// </summary>
public sealed record SessionSpec
{
    /// <summary>Requests of all sessions together, at least 1: the first in order of arrival.</summary>
    public required int Requests { get; init; }

    /// <summary>When sessions start.</summary>
    public required ArrivalLaw Starts { get; init; }

    /// <summary>Mean number of turns, at least 1; the law is geometric.</summary>
    public required double TurnsMean { get; init; }

    /// <summary>Tokens of the first prompt.</summary>
    public required LengthLaw FirstPrompt { get; init; }

    /// <summary>Tokens that each further turn adds to what was said.</summary>
    public required LengthLaw NewPrompt { get; init; }

    /// <summary>Tokens of an output.</summary>
    public required LengthLaw OutputLength { get; init; }

    /// <summary>Chance that a further turn answers to a tool and not to a person, 0 to 1.</summary>
    public required double ToolShare { get; init; }

    /// <summary>Time from an output to the next turn that a person writes.</summary>
    public required LognormalThink HumanThink { get; init; }

    /// <summary>Time from an output to the next turn that answers to a tool.</summary>
    public required LognormalThink ToolThink { get; init; }

    /// <summary>A session ends before its prompt would be longer.</summary>
    public required int PromptTokensMax { get; init; }

    /// <summary>
    /// Output tokens per second that arrival times count on, above 0: an open-loop trace must say when the next turn comes before it is
    /// known how long the server takes.
    /// </summary>
    public double OutputTokensPerS { get; init; } = 50;

    /// <summary>First prompts that begin alike; null when sessions share nothing.</summary>
    public PrefixFamilies? Prefixes { get; init; }

    /// <summary>Chat of several turns; lengths and waits are round figures, not measured ones.</summary>
    public static SessionSpec Chat(int requests, double sessionsPerS) => new()
    {
        Requests = requests,
        Starts = new PoissonArrivals(sessionsPerS),
        TurnsMean = 4,
        FirstPrompt = new LognormalLength(600, 1, 16, 8000),
        NewPrompt = new LognormalLength(60, 1, 4, 2000),
        OutputLength = new LognormalLength(250, 0.8, 4, 2000),
        ToolShare = 0,
        HumanThink = new LognormalThink(30, 1),
        ToolThink = new LognormalThink(5, 1),
        PromptTokensMax = 32_000,
        Prefixes = new PrefixFamilies(16, 1, 2),
    };

    /// <summary>
    /// Coding agents near the public kv-cache-tester sessions: 66 turns, 86 % of the further ones after a tool, waits with the medians 9 s
    /// (tool) and 117 s (person) and the 90th percentiles 68 s and 1357 s, outputs with median 218 and mean 440, a shared beginning of 15k
    /// tokens.
    /// </summary>
    public static SessionSpec Agents(int requests, double sessionsPerS) => new()
    {
        Requests = requests,
        Starts = new PoissonArrivals(sessionsPerS),
        TurnsMean = 66,
        FirstPrompt = new LognormalLength(18_000, 0.2, 15_872, 60_000),
        NewPrompt = new LognormalLength(900, 1.3, 16, 50_000),
        OutputLength = new LognormalLength(218, 1.185, 1, 8000),
        ToolShare = 0.86,
        HumanThink = new LognormalThink(117, 1.912),
        ToolThink = new LognormalThink(9, 1.578),
        PromptTokensMax = 200_000,
        Prefixes = new PrefixFamilies(8, 1, 30),
    };

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Requests, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PromptTokensMax, 1);
        if (TurnsMean is not >= 1 || !double.IsFinite(TurnsMean))
        {
            throw new ArgumentOutOfRangeException(nameof(TurnsMean), TurnsMean, "TurnsMean is at least 1 and finite.");
        }

        if (ToolShare is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(ToolShare), ToolShare, "ToolShare lies in 0 to 1.");
        }

        if (OutputTokensPerS is not > 0 || !double.IsFinite(OutputTokensPerS))
        {
            throw new ArgumentOutOfRangeException(nameof(OutputTokensPerS), OutputTokensPerS, "OutputTokensPerS is above 0 and finite.");
        }

        if (Starts is ArrivalsAtOnce)
        {
            throw new ArgumentOutOfRangeException(nameof(Starts), Starts, "Sessions cannot all start at once: their number is not given.");
        }

        Starts.Validate();
        Prefixes?.Validate();
    }
}

/// <summary>Lognormal waiting times: median · exp(σ · normal), a day at most.</summary>
/// <param name="MedianS">Median in seconds.</param>
/// <param name="Sigma">Deviation of the logarithm.</param>
public sealed record LognormalThink(double MedianS, double Sigma)
{
    internal long DrawUs(Core.Randomness.RandomStream random) =>
        (long)(Math.Min(86_400, MedianS * Math.Exp(Sigma * Draws.Normal(random))) * 1e6);
}
