using System.Globalization;
using System.Text;
using System.Text.Json;
using Kantor.Accuracy.InferenceX;

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
        - Points of the public benchmark draw prompts and outputs from 80 to 100 % of the nominal lengths, ten requests a user; the others have equal prompts.
        - Parallel sizes that the sample multiplies are taken to mean the same devices (tp 4, dp 4, ep 16 repeats the times of tp 4, ep 4).
        - The KV cache has 8 bits where TensorRT-LLM serves 8-bit weights, and where the benchmark's recipes ask vLLM for it: on Blackwell, and for dense models on H200.
        - Points without a shape, tables or a declared mechanism are not predicted: disaggregated ones, DeepSeek (runs with and without multi-token prediction are not told apart), hybrid and sparse attention.
        - Runs of requests are replayed with their arrivals and lengths; data-parallel groups step together. Time to first token counts from arrival: the file's own
          `queued_ts` is written when the engine's loop takes a request up, between two steps, which is half a step after it came.
        """;

    private const string CliffText = """
        InferenceX replays coding sessions in a closed loop of users: about 80,000 tokens of prompt a request, of which 95 % were there in the request before, and 3,000 tokens of answer.
        Up to 16 users on four B200 the device's cache serves 87 to 95 % of the prompts' tokens and the first token comes after 0.8 s; at 24 users it serves 7 % and the first token takes 21 s, at 32 users
        0.1 % and 197 s. The contexts of 16 users fit into the device's KV memory and those of 24 do not: users come round in turn, so that a cache which evicts what was used longest ago loses each context just
        before its user is back. With KV kept in host memory, that serves 77 to 83 % from 24 to 48 users and 11 % at 64, and the first token takes 2 s at 24 users: the cliff moves to where host memory is full.
        TPOT grows on both sides, from 8.5 ms alone to 31 ms with 16 users. Several of the runs on eight B200 hold fewer than 50 requests.

        The cliff is predicted at as many users as have room for a whole session: KV tokens from the device's memory, the model's shape and its formats, over the tokens that a session has when a request is over.
        """;

    /// <summary>A table of every group, a summary, and what was not covered and why.</summary>
    public static string Markdown(IReadOnlyList<Comparison> rows, IReadOnlyList<KvCliff> cliffs)
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
        Runs(text, rows);
        Cliffs(text, cliffs);
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
        "model,gpu,engine,load,id,ttft_ms,predicted_ttft_ms,tpot_ms,predicted_tpot_ms,not_covered",
        .. rows.Select(row => string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Model},{row.Gpu},{row.Engine},{row.Load},{row.Id},{row.TtftMs:F2},{row.PredictedTtftMs:F2},{row.TpotMs:F3},{row.PredictedTpotMs:F3},{row.NotCovered?.Replace(',', ';')}")),
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

    private static void Runs(StringBuilder text, IReadOnlyList<Comparison> rows)
    {
        var runs = Covered(rows).Where(row => row.IsDistribution).ToList();
        if (runs.Count == 0) return;
        text.AppendLine("## Runs of requests").AppendLine();
        text.AppendLine("| run | statistic | TTFT ms measured | predicted | error | TPOT ms measured | predicted | error |").AppendLine("|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (var run in runs)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {run.Model}, {run.Gpu} | {run.Id} | {run.TtftMs:F0} | {run.PredictedTtftMs:F0} | {Signed(run.TtftError)} ");
            text.AppendLine(CultureInfo.InvariantCulture, $"| {run.TpotMs:F1} | {run.PredictedTpotMs:F1} | {Signed(run.TpotError)} |");
        }

        text.AppendLine();
    }

    private static void Cliffs(StringBuilder text, IReadOnlyList<KvCliff> cliffs)
    {
        if (cliffs.Count == 0) return;
        text.AppendLine("## KV cliff").AppendLine();
        text.AppendLine(CliffText).AppendLine();
        text.AppendLine("| deployment | KV tokens, predicted | tokens a user | users that fit | measured between |").AppendLine("|---|---:|---:|---:|---:|");
        foreach (var cliff in cliffs)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {cliff.Deployment} | {cliff.KvTokens:N0} | {cliff.TokensPerUser:N0} | {cliff.UsersPredicted:F1} | {cliff.UsersMeasured.Above} and {cliff.UsersMeasured.Below} users |");
        }

        text.AppendLine();
    }

    private static string Percent(double? value) => value is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %") : "–";

    private static string Signed(double? value) => value is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:+0.0;-0.0} %") : "–";

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
