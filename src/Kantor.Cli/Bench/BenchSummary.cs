using Kantor.Core.Objectives;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Bench;

/// <summary>
/// A run in figures. Times count from the intended start, so that an endpoint that stalls is charged for all whom it kept.
/// </summary>
internal sealed record BenchSummary
{
    /// <summary>Requests sent.</summary>
    public required int Requests { get; init; }

    /// <summary>Those whose whole answers came.</summary>
    public required int Completed { get; init; }

    /// <summary>Completed requests that met every objective; null without one.</summary>
    public required int? InObjective { get; init; }

    /// <summary>From the start of the run to the last end.</summary>
    public required double Seconds { get; init; }

    /// <summary>Tokens of answers.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Tokens of prompts, by the endpoint's count.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Of these, cached ones.</summary>
    public required long CachedTokens { get; init; }

    /// <summary>What went wrong and how often.</summary>
    public required IReadOnlyDictionary<string, int> Faults { get; init; }

    /// <summary>The same of each class, by name; empty when there are none.</summary>
    public IReadOnlyList<(string Name, BenchSummary Summary)> Classes { get; init; } = [];

    /// <summary>From the intended start to the first token, of those whose whole answers came.</summary>
    public Distribution? TtftUs { get; init; }

    /// <summary>Between two tokens, over all gaps.</summary>
    public Distribution? GapUs { get; init; }

    /// <summary>The largest gap of each request.</summary>
    public Distribution? GapMaxUs { get; init; }

    /// <summary>The mean gap of each request.</summary>
    public Distribution? TpotUs { get; init; }

    /// <summary>From the intended start to the last token.</summary>
    public Distribution? E2eUs { get; init; }

    /// <summary>How late requests were sent: what the generator itself adds.</summary>
    public Distribution? LatenessUs { get; init; }

    /// <summary>The summary of some records.</summary>
    public static BenchSummary Of(IReadOnlyList<BenchRecord> records, SloSpec? slo) => AllOf(records, slo) with
    {
        Classes =
        [
            .. from record in records
               where record.Class is not null
               group record by record.Class into each
               orderby each.Key
               select (each.Key, AllOf([.. each], slo)),
        ],
    };

    private static BenchSummary AllOf(IReadOnlyList<BenchRecord> records, SloSpec? slo)
    {
        RequestRecord[] judged = [.. records.Select(record => record.AsRequest())];
        return CountsOf(records, judged, slo) with
        {
            TtftUs = Distribution.Of(judged.Where(record => record.IsCompleted).Select(record => record.TtftUs).OfType<long>()),
            GapUs = Distribution.Of(records.SelectMany(record => record.GapsUs)),
            GapMaxUs = Distribution.Of(records.Where(record => record.TokensUs.Count > 1).Select(record => record.GapUsMax)),
            TpotUs = Distribution.Of(judged.Where(record => record.IsCompleted).Select(record => (long?)record.TpotUs).OfType<long>()),
            E2eUs = Distribution.Of(judged.Select(record => record.E2eUs).OfType<long>()),
            LatenessUs = Distribution.Of(records.Select(record => record.SentUs - record.StartUs)),
        };
    }

    private static BenchSummary CountsOf(IReadOnlyList<BenchRecord> records, RequestRecord[] judged, SloSpec? slo) => new()
    {
        Requests = records.Count,
        Completed = judged.Count(record => record.IsCompleted),
        InObjective = slo is null ? null : judged.Count(record => slo.IsMetBy(record)),
        Seconds = records.Select(record => record.EndUs).DefaultIfEmpty(0).Max() / 1e6,
        OutputTokens = records.Sum(record => (long)record.Tokens),
        PromptTokens = records.Sum(record => (long)(record.PromptTokens ?? 0)),
        CachedTokens = records.Sum(record => (long)(record.CachedTokens ?? 0)),
        Faults = records.Where(record => record.Fault is not null).CountBy(record => record.Fault!).ToDictionary(),
    };
}
