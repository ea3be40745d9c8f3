namespace Kantor.Core.Admission;

/// <summary>What becomes of a request that asks to be let in.</summary>
public readonly record struct Verdict
{
    private Verdict(VerdictKind kind, RefusalReason? reason, long? askAgainUs, int? outputTokensMax) =>
        (Kind, Reason, AskAgainUs, OutputTokensMax) = (kind, reason, askAgainUs, outputTokensMax);

    /// <summary>Which of the four it is.</summary>
    public VerdictKind Kind { get; }

    /// <summary>Why it is refused; null unless it is.</summary>
    public RefusalReason? Reason { get; }

    /// <summary>When it is asked about again at the latest, after now; null unless it is held.</summary>
    public long? AskAgainUs { get; }

    /// <summary>The declared output with which it is let in, at least 1 and at most its own; null unless it is degraded.</summary>
    public int? OutputTokensMax { get; }

    /// <summary>Let in as it is.</summary>
    public static Verdict Accept { get; } = new(VerdictKind.Accept, null, null, null);

    /// <summary>Not yet: asked about again when a step has ended or an endpoint has joined, and at this time at the latest.</summary>
    public static Verdict Hold(long askAgainUs) => new(VerdictKind.Hold, null, askAgainUs, null);

    /// <summary>Let in with a shorter answer.</summary>
    public static Verdict Degrade(int outputTokensMax) => new(VerdictKind.Degrade, null, null, outputTokensMax);

    /// <summary>Turned away for good.</summary>
    public static Verdict Refuse(RefusalReason reason) => new(VerdictKind.Refuse, reason, null, null);

    /// <summary>What is wrong with the verdict about a request; null when a host can act on it.</summary>
    public string? FaultFor(int declaredOutputTokens, long nowUs) => this switch
    {
        { AskAgainUs: { } untilUs } when untilUs <= nowUs => $"holds until {untilUs} us; it is {nowUs} us",
        { OutputTokensMax: { } tokens } when tokens < 1 || tokens > declaredOutputTokens =>
            $"gives an answer {tokens} tokens; right are 1 to the {declaredOutputTokens} that were declared",
        { Reason: { } reason } when !Enum.IsDefined(reason) => $"refuses with {(int)reason}, which is no reason",
        _ => null,
    };
}

/// <summary>The four verdicts.</summary>
public enum VerdictKind
{
    /// <summary>Let in as it is.</summary>
    Accept,

    /// <summary>Asked about again later.</summary>
    Hold,

    /// <summary>Let in with less than it asked for.</summary>
    Degrade,

    /// <summary>Turned away.</summary>
    Refuse,
}
