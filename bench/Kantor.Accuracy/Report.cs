using System.Globalization;
using System.Text;
using System.Text.Json;
using Kantor.Accuracy.InferenceX;
using Kantor.Accuracy.Runs;

namespace Kantor.Accuracy;

/// <summary>Writes comparisons as Markdown and JSON.</summary>
internal static class Report
{
    private const string Protocol = """
        How the measurements are read:

        - Step times come only from the operator profiles that ship with the product and one set of overheads per engine; nothing is tuned per run, model or GPU. The overheads were set
          in view of these measurements, so that errors on others can be larger.
        - A point of the sample is a closed loop of users, run on the engine's scheduler with the KV memory that the device leaves: vLLM with chunked prefill and steps of 8,192 tokens,
          TensorRT-LLM with whole prompts and steps that hold one prompt and all decodes, SGLang with prompts before decodes. Predicted and measured values are means over all requests, the first wave included.
        - At a point of vLLM every user adds 0.4 ms to the way of each request, presumably because server and client serve all streams from one event loop each. Measured times exceed those of the scheduler alone by about 0.5 ms a
          user at 1,024 tokens of prompt and answer, from 32 to 512 users (quartiles at 128 users 0.45 and 0.60 ms, over all models and GPUs). The form was seen on all vLLM rows; its size was chosen of 0, 0.2, 0.4 and 0.6 ms on
          half of them (those whose id has an even SHA-256, 377 rows): median TTFT error 17.2, 14.8, 14.0, 14.8 %. On the other half (411 rows) 0.4 ms takes it from 19.7 to 15.7 %. A serial front end at the first wave alone
          explains less (18.0 % at best), and TensorRT-LLM's rows show neither, so they have none.
        - Points of the public benchmark draw prompts and outputs from 80 to 100 % of the nominal lengths, ten requests a user; the others have equal prompts.
        - Parallel sizes that the sample multiplies are taken to mean the same devices (tp 4, dp 4, ep 16 repeats the times of tp 4, ep 4).
        - The KV cache has 8 bits where TensorRT-LLM serves 8-bit weights, and where the benchmark's recipes ask vLLM for it: on Blackwell, and for dense models on H200.
        - Points without a shape, tables or a declared mechanism are not predicted: disaggregated ones, DeepSeek (runs with and without multi-token prediction are not told apart), hybrid and sparse attention.
        - Runs of requests are replayed with their arrivals and lengths; data-parallel groups step together. The errors in sum count time to first token from `queued_ts`, which
          the engine's loop writes when it takes a request up, between two steps; predicted is the same interval. The table of the runs has the times from arrival as well.
        - Runs of sessions are replayed for as long as the row lasted, with sessions of the same recording; see the section on the KV cliff for what is assumed.
        """;

    /// <summary>A table of every group, a summary, and what was not covered and why.</summary>
    public static string Markdown(IReadOnlyList<Comparison> rows, IReadOnlyList<OffloadVariation> variations)
    {
        var text = new StringBuilder();
        text.AppendLine("# Accuracy against measurements").AppendLine();
        text.AppendLine("Made by `dotnet run -c Release --project bench/Kantor.Accuracy`. Errors are |predicted / measured − 1|; bias is the median of predicted / measured − 1.").AppendLine();
        text.AppendLine(Protocol).AppendLine();
        text.AppendLine("## Summary").AppendLine();
        Table(text, "source", [("all", ErrorSummary.Of(rows)), .. Groups(rows, row => Source(row.File))]);
        text.AppendLine("## By model, GPU and engine").AppendLine();
        Table(text, "deployment", Groups(Covered(rows), row => $"{row.Model}, {row.Gpu}, {row.Engine}"));
        text.AppendLine("## By GPU").AppendLine();
        Table(text, "GPU", Groups(Covered(rows), row => row.Gpu));
        text.AppendLine("## By load (prompt/output tokens)").AppendLine();
        Table(text, "load", Groups(Covered(rows), row => row.Load));
        RunReport.Append(text, rows);
        CliffReport.Append(text, rows, variations);
        text.AppendLine("## Not covered").AppendLine();
        text.AppendLine("| rows | reason |").AppendLine("|---:|---|");
        foreach (var reason in rows.Where(row => !row.IsCovered).GroupBy(row => row.NotCovered!).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {reason.Count()} | {reason.Key} |");
        }

        return text.ToString();
    }

    /// <summary>The summary of all rows and of each source, errors as fractions.</summary>
    public static void WriteJson(string path, IReadOnlyList<Comparison> rows)
    {
        using var stream = File.Create(path);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("summary");
        Write(json, ErrorSummary.Of(rows));
        json.WriteEndObject();
        json.WriteStartArray("sources");
        foreach (var source in rows.GroupBy(row => row.File))
        {
            json.WriteStartObject();
            json.WriteString("file", source.Key);
            Write(json, ErrorSummary.Of([.. source]));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Every row, as CSV.</summary>
    public static void WriteRows(string path, IEnumerable<Comparison> rows) => File.WriteAllLines(path,
    [
        "model,gpu,engine,load,users,id,ttft_ms,predicted_ttft_ms,tpot_ms,predicted_tpot_ms,not_covered",
        .. rows.Select(row => string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Model},{row.Gpu},{row.Engine},{row.Load},{row.Users},{row.Id},{row.TtftMs:F2},{row.PredictedTtftMs:F2},{row.TpotMs:F3},{row.PredictedTpotMs:F3},{row.NotCovered?.Replace(',', ';')}")),
    ]);

    /// <summary>A file's name; with its folders where the name alone says nothing.</summary>
    private static string Source(string file) =>
        Path.GetFileName(file).StartsWith("requests.", StringComparison.Ordinal) ? string.Join('/', Path.GetFullPath(file).Split(Path.DirectorySeparatorChar).TakeLast(4)) : Path.GetFileName(file);

    private static IEnumerable<Comparison> Covered(IEnumerable<Comparison> rows) => rows.Where(row => row.IsCovered);

    private static List<(string Name, ErrorSummary Errors)> Groups(IEnumerable<Comparison> rows, Func<Comparison, string> key) =>
        [.. rows.GroupBy(key).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (group.Key, ErrorSummary.Of([.. group])))];

    private static void Table(StringBuilder text, string first, List<(string Name, ErrorSummary Errors)> groups)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"| {first} | rows | covered | TTFT median | P90 | bias | TPOT median | P90 | bias |");
        text.AppendLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var (name, errors) in groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {errors.Rows} | {errors.Covered} | {Percent(errors.TtftMedian)} | {Percent(errors.TtftP90)} | {Signed(errors.TtftBias)} ");
            text.AppendLine(CultureInfo.InvariantCulture, $"| {Percent(errors.TpotMedian)} | {Percent(errors.TpotP90)} | {Signed(errors.TpotBias)} |");
        }

        text.AppendLine();
    }

    internal static string Percent(double? value) => value is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %") : "–";

    internal static string Signed(double? value) => value is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:+0.0;-0.0} %") : "–";

    private static void Write(Utf8JsonWriter json, ErrorSummary errors)
    {
        json.WriteNumber("rows", errors.Rows);
        json.WriteNumber("covered", errors.Covered);
        Write(json, "ttft_abs_error_median", errors.TtftMedian);
        Write(json, "ttft_abs_error_p90", errors.TtftP90);
        Write(json, "tpot_abs_error_median", errors.TpotMedian);
        Write(json, "tpot_abs_error_p90", errors.TpotP90);
    }

    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, Math.Round(number, 6));
        else json.WriteNull(name);
    }
}
