using Kantor.Workloads.Traces;

namespace Kantor.Cli.Bench;

/// <summary>What is sent, and when.</summary>
internal sealed record BenchLoad
{
    /// <summary>Default of <see cref="OpenMax"/>.</summary>
    public const int OpenMaxUsual = 10_000;

    /// <summary>Requests per second of an open loop; null for a closed one and for a trace.</summary>
    public double? RatePerS { get; init; }

    /// <summary>Whether the open loop's starts are a Poisson process; otherwise they come at equal intervals.</summary>
    public bool IsPoisson { get; init; } = true;

    /// <summary>Mean seconds of phases with and without starts, in which the open loop's starts come; null for no phases.</summary>
    public (double OnS, double OffS)? PhasesS { get; init; }

    /// <summary>Requests whose times, lengths and contents are taken, in order of arrival; null for drawn ones.</summary>
    public IReadOnlyList<TraceRequest>? Trace { get; init; }

    /// <summary>Lengths so many times those of <see cref="Trace"/>.</summary>
    public double LengthScale { get; init; } = 1;

    /// <summary>Requests that are open at any time in a closed loop; null for an open one.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Most requests in all.</summary>
    public required int Requests { get; init; }

    /// <summary>After so long none is sent any more; null for no limit.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Lengths of prompts, in tokens, all equally likely.</summary>
    public TokenRange PromptTokens { get; init; } = new(100, 100);

    /// <summary>Most tokens of answers, all equally likely.</summary>
    public TokenRange OutputTokens { get; init; } = new(64, 64);

    /// <summary>One of so many prompts is long; null for none.</summary>
    public int? LongEvery { get; init; }

    /// <summary>Length of the long ones.</summary>
    public int LongTokens { get; init; } = 1_500;

    /// <summary>Turns of a session: each begins with all of the turn before and adds a prompt's length; 1 for requests alone.</summary>
    public int Turns { get; init; } = 1;

    /// <summary>Sessions that each of the open requests serves in turn, a turn of each after the other.</summary>
    public int Sessions { get; init; } = 1;

    /// <summary>
    /// Microseconds from the end of a turn to the next of its session, all equally likely; null for at once. Seen from a session, a user
    /// who reads and types, or a tool that runs.
    /// </summary>
    public (long FirstUs, long LastUs)? ThinkUs { get; init; }

    /// <summary>Classes of requests and how often each comes; empty for requests that are all alike.</summary>
    public IReadOnlyList<BenchClass> Classes { get; init; } = [];

    /// <summary>Token ids that prompts are made of, all equally likely.</summary>
    public TokenRange TokenIds { get; init; } = new(300, 499);

    /// <summary>Whether answers go on to their limits.</summary>
    public bool IgnoresEos { get; init; }

    /// <summary>Equal seeds, equal requests at equal intended times.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Most requests of an open loop that may be open; one more ends the run, because then nothing is learnt.</summary>
    public int OpenMax { get; init; } = OpenMaxUsual;
}

/// <summary>A class of requests, told apart in the report.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Share">Its share of the requests, as a weight above 0.</param>
/// <param name="Priority">The field <c>priority</c> of its requests, lower first; null to leave it away.</param>
internal sealed record BenchClass(string Name, double Share, int? Priority);

/// <summary>Whole numbers from the first to the last, both included.</summary>
internal readonly record struct TokenRange(int First, int Last)
{
    /// <summary>The number at a place between 0 and 1.</summary>
    public int At(double place) => First + (int)(place * ((double)Last - First + 1));
}
