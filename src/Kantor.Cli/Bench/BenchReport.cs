using System.Globalization;
using System.Text.Json;
using Kantor.Cli.Shell;
using Kantor.Reports.Runs;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Bench;

/// <summary>A run for people and for programs.</summary>
internal static class BenchReport
{
    private static readonly string[] ClassColumns =
        ["class", "sent", "answered", "in objective", "first token P50", "P90", "P99", "mean gap P50", "largest gap P90"];

    /// <summary>A line in words and a table of times.</summary>
    public static void Print(TextWriter writer, BenchSummary summary)
    {
        writer.WriteLine(Line(summary));
        TextTable.Write(writer, ["seconds", "mean", "P50", "P90", "P99", "max"], 1, Rows(summary));
        if (summary.Classes.Count > 0) TextTable.Write(writer, ClassColumns, 1, ClassRows(summary));
        foreach (var (fault, count) in summary.Faults.OrderByDescending(fault => fault.Value)) writer.WriteLine($"{count:N0} × {fault}");
    }

    /// <summary>The summary and every request.</summary>
    public static void WriteJson(Stream stream, BenchSummary summary, IReadOnlyList<BenchRecord> records) =>
        ReportJson.WriteDocument(stream, "kantor.bench.v1", json =>
        {
            json.WriteStartObject("summary");
            WriteSummary(json, summary);
            json.WriteEndObject();
            json.WriteStartArray("requests");
            foreach (var record in records) WriteRecord(json, record);
            json.WriteEndArray();
        });

    private static IEnumerable<string[]> ClassRows(BenchSummary summary) =>
        from each in summary.Classes
        let its = each.Summary
        select (string[])
        [
            each.Name, TextTable.Whole(its.Requests), TextTable.Whole(its.Completed),
            its.InObjective is { } met ? TextTable.Share((double)met / its.Requests) : "–",
            Text(its.TtftUs?.P50), Text(its.TtftUs?.P90), Text(its.TtftUs?.P99), Text(its.TpotUs?.P50), Text(its.GapMaxUs?.P90),
        ];

    private static string Line(BenchSummary summary)
    {
        var met = summary.InObjective is { } count
            ? $"; {TextTable.Whole(count)} ({TextTable.Share((double)count / summary.Requests)}) in the objective"
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.Completed:N0} of {summary.Requests:N0} requests in {summary.Seconds:0.0} s: "
            + $"{summary.Completed / summary.Seconds:0.00} requests/s, {summary.OutputTokens / summary.Seconds:0.0} tokens/s; "
            + $"{summary.PromptTokens:N0} prompt tokens, {summary.CachedTokens:N0} of them cached{met}");
    }

    private static IEnumerable<string[]> Rows(BenchSummary summary) =>
        from row in Times(summary)
        where row.Times is not null
        let times = row.Times
        select (string[])
            [row.Label, Text(times.Mean), Text(times.P50), Text(times.P90), Text(times.P99), Text(times.Max)];

    private static (string Label, string Key, Distribution? Times)[] Times(BenchSummary summary) =>
    [
        ("first token", "ttft_ms", summary.TtftUs),
        ("gap", "itl_ms", summary.GapUs),
        ("largest gap", "itl_max_ms", summary.GapMaxUs),
        ("mean gap", "tpot_ms", summary.TpotUs),
        ("whole answer", "e2e_ms", summary.E2eUs),
        ("sent late", "lateness_ms", summary.LatenessUs),
    ];

    private static string Text(double? us) => TextTable.Seconds(us / 1000);

    private static void WriteSummary(Utf8JsonWriter json, BenchSummary summary)
    {
        json.WriteNumber("requests", summary.Requests);
        json.WriteNumber("completed", summary.Completed);
        if (summary.InObjective is { } met) json.WriteNumber("in_objective", met);
        json.WriteNumber("seconds", summary.Seconds);
        json.WriteNumber("output_tokens", summary.OutputTokens);
        json.WriteNumber("prompt_tokens", summary.PromptTokens);
        json.WriteNumber("cached_tokens", summary.CachedTokens);
        WriteTimes(json, summary);
        json.WriteStartObject("faults");
        foreach (var (fault, count) in summary.Faults) json.WriteNumber(fault, count);
        json.WriteEndObject();
        if (summary.Classes.Count > 0) WriteClasses(json, summary);
    }

    private static void WriteTimes(Utf8JsonWriter json, BenchSummary summary)
    {
        foreach (var (_, key, times) in Times(summary))
        {
            if (times is null) continue;
            json.WriteStartObject(key);
            json.WriteNumber("mean", times.Mean / 1000);
            json.WriteNumber("p50", times.P50 / 1000.0);
            json.WriteNumber("p90", times.P90 / 1000.0);
            json.WriteNumber("p99", times.P99 / 1000.0);
            json.WriteNumber("max", times.Max / 1000.0);
            json.WriteEndObject();
        }
    }

    private static void WriteClasses(Utf8JsonWriter json, BenchSummary summary)
    {
        json.WriteStartObject("classes");
        foreach (var (name, its) in summary.Classes)
        {
            json.WriteStartObject(name);
            WriteSummary(json, its);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteRecord(Utf8JsonWriter json, BenchRecord record)
    {
        json.WriteStartObject();
        json.WriteNumber("number", record.Number);
        if (record.Class is { } name) json.WriteString("class", name);
        json.WriteNumber("start_ms", record.StartUs / 1000.0);
        json.WriteNumber("sent_ms", record.SentUs / 1000.0);
        json.WriteNumber("end_ms", record.EndUs / 1000.0);
        if (record.PromptTokens is { } prompt) json.WriteNumber("prompt_tokens", prompt);
        if (record.CachedTokens is { } cached) json.WriteNumber("cached_tokens", cached);
        json.WriteNumber("output_tokens", record.Tokens);
        if (record.Fault is { } fault) json.WriteString("fault", fault);
        json.WriteStartArray("tokens_ms");
        foreach (var us in record.TokensUs) json.WriteNumberValue(us / 1000.0);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
