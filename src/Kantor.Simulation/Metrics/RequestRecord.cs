using Kantor.Core.Requests;

namespace Kantor.Simulation.Metrics;

/// <summary>What happened to one request, in microseconds of virtual time; what did not happen is null.</summary>
public record struct RequestRecord
{
    /// <summary>When it was sent for the first time.</summary>
    public long ArrivalUs { get; set; }

    /// <summary>When the first step with tokens of it began.</summary>
    public long? ScheduledUs { get; set; }

    /// <summary>When its first token was there.</summary>
    public long? FirstTokenUs { get; set; }

    /// <summary>When its newest token was there.</summary>
    public long? LastTokenUs { get; set; }

    /// <summary>Its largest gap between two consecutive tokens; 0 with fewer than two tokens.</summary>
    public long GapUsMax { get; set; }

    /// <summary>Tokens it has generated.</summary>
    public int OutputTokens { get; set; }

    /// <summary>How often it was sent, once at least; all but the arrival is of the last time.</summary>
    public int Attempts { get; set; }

    /// <summary>How it ended; null while it has not.</summary>
    public RequestOutcome? Outcome { get; set; }

    /// <summary>Whether it ended with its whole answer.</summary>
    public readonly bool IsCompleted => Outcome is RequestOutcome.Stopped or RequestOutcome.LengthReached;

    /// <summary>From arrival to the first step with tokens of it.</summary>
    public readonly long? QueueingDelayUs => ScheduledUs - ArrivalUs;

    /// <summary>Time to first token: from arrival to the end of the step that gave it.</summary>
    public readonly long? TtftUs => FirstTokenUs - ArrivalUs;

    /// <summary>Time from arrival to the last token.</summary>
    public readonly long? E2eUs => IsCompleted ? LastTokenUs - ArrivalUs : null;

    /// <summary>Time per output token: the mean gap between its tokens; null with fewer than two.</summary>
    public readonly double? TpotUs => OutputTokens < 2 ? null : (double)(LastTokenUs - FirstTokenUs)! / (OutputTokens - 1);
}
