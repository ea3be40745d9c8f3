using Kantor.Reports.Runs;
using Kantor.Workloads.Traces;

namespace Kantor.Reports.Loads;

/// <summary>What users of an endpoint saw under a load, for a page.</summary>
public sealed record LoadReport
{
    /// <summary>Address of the endpoint.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Model that was asked for.</summary>
    public required string Model { get; init; }

    /// <summary>Objective by which requests are judged; null when there is none.</summary>
    public required string? Objective { get; init; }

    /// <summary>The command that sends the load again.</summary>
    public required string Command { get; init; }

    /// <summary>Whether sending ended before its time.</summary>
    public required bool IsInterrupted { get; init; }

    /// <summary>Seconds from the start to the last end.</summary>
    public required double Seconds { get; init; }

    /// <summary>All requests first, then those of each class.</summary>
    public required IReadOnlyList<LoadRow> Rows { get; init; }

    /// <summary>What went wrong, and how often.</summary>
    public required IReadOnlyList<(string Fault, int Requests)> Faults { get; init; }

    /// <summary>The run over time.</summary>
    public required LoadCourse Course { get; init; }
}

/// <summary>Requests that are shown together. Times in microseconds; null where there is nothing.</summary>
public sealed record LoadRow
{
    /// <summary>Which they are.</summary>
    public required string Name { get; init; }

    /// <summary>Requests sent.</summary>
    public required int Requests { get; init; }

    /// <summary>Those whose whole answers came.</summary>
    public required int Completed { get; init; }

    /// <summary>Those within the objective; null without one.</summary>
    public required int? InObjective { get; init; }

    /// <summary>Tokens of prompts, by the endpoint's count.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Of these, cached ones.</summary>
    public required long CachedTokens { get; init; }

    /// <summary>Tokens of answers.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Intended start to first token.</summary>
    public required Distribution? TtftUs { get; init; }

    /// <summary>Between two tokens.</summary>
    public required Distribution? GapUs { get; init; }

    /// <summary>The largest gap of each request.</summary>
    public required Distribution? GapMaxUs { get; init; }

    /// <summary>Intended start to last token.</summary>
    public required Distribution? E2eUs { get; init; }

    /// <summary>How late the generator itself sent.</summary>
    public required Distribution? LatenessUs { get; init; }

    /// <summary>The same distributions as curves.</summary>
    public required RunCurves Curves { get; init; }
}

/// <summary>A load over time, by buckets of equal width from the start. All lists have one figure per bucket.</summary>
/// <param name="BucketS">Width of a bucket in seconds.</param>
/// <param name="OpenMean">Requests that had started, by their intended starts, and had not ended; mean over the bucket.</param>
/// <param name="TokensPerS">Events with text per second.</param>
/// <param name="TtftMs">Mean time to first token of the requests that started in the bucket, in milliseconds; null without any.</param>
/// <param name="TtftMsMax">The largest of them.</param>
public sealed record LoadCourse(
    double BucketS,
    IReadOnlyList<double> OpenMean,
    IReadOnlyList<double> TokensPerS,
    IReadOnlyList<double?> TtftMs,
    IReadOnlyList<double?> TtftMsMax);
