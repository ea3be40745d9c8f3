using Kantor.Core.Requests;

namespace Kantor.Core.Testing.Runs;

/// <summary>One request of a run: what it asks for, and the output length that only the run knows.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ArrivalStep">The step before which it comes.</param>
/// <param name="Prompt">Its prompt, as token ids.</param>
/// <param name="OutputTokens">Tokens that it generates, at most the limit.</param>
/// <param name="OutputTokensMax">Declared output limit.</param>
/// <param name="Priority">Urgency; lower goes first.</param>
/// <param name="Class">Number of its service class.</param>
/// <param name="Tenant">Number of its tenant.</param>
public sealed record Job(
    long Id, int ArrivalStep, IReadOnlyList<int> Prompt, int OutputTokens, int OutputTokensMax, int Priority = 0, int Class = 0,
    int Tenant = 0);

/// <summary>What became of a job.</summary>
public sealed class JobTrace
{
    /// <summary>Steps in which it computed.</summary>
    public int Steps { get; internal set; }

    /// <summary>The first of them; null before it.</summary>
    public int? FirstStep { get; internal set; }

    /// <summary>The step in which it ended; null before that, and when it was refused on arrival.</summary>
    public int? EndStep { get; internal set; }

    /// <summary>How often it ended; once is right.</summary>
    public int Ends { get; internal set; }

    /// <summary>Tokens generated.</summary>
    public int Generated { get; internal set; }

    /// <summary>How often it was preempted.</summary>
    public int Preemptions { get; internal set; }

    /// <summary>How it ended; null before that.</summary>
    public RequestOutcome? Outcome { get; internal set; }
}
