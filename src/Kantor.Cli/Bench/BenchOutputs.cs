using System.CommandLine;
using Kantor.Cli.Shell;
using Kantor.Cli.Traces;
using Kantor.Reports.Loads;

namespace Kantor.Cli.Bench;

/// <summary>Where a run is written besides the table.</summary>
internal sealed record BenchOutputs(string? Json, string? Html, string? Trace)
{
    private static readonly Option<string?> JsonFile = TextOption.Of(
        "--json", "FILE", "Write the summary and every request; - for the standard output.");

    private static readonly Option<string?> HtmlFile = TextOption.Of(
        "--html", "FILE", "Write a page with figures, curves and the run over time.");

    private static readonly Option<string?> TraceOut = TextOption.Of(
        "--trace-out", "FILE",
        "Write the answered requests as a trace, with the lengths that the endpoint counted, for 'kantor simulate --trace'; gzip if the "
        + "name ends in .gz.");

    /// <summary>The options.</summary>
    public static IReadOnlyList<Option> All { get; } = [JsonFile, HtmlFile, TraceOut];

    /// <summary>Whether the standard output belongs to a report.</summary>
    public bool TakeStandardOutput => Json == ReportFile.StandardOutput || Html == ReportFile.StandardOutput
        || Trace == ReportFile.StandardOutput;

    /// <summary>What was typed; what is wrong with it goes to the checks.</summary>
    public static BenchOutputs Read(ParseResult parsed, OptionChecks checks)
    {
        string? File(Option<string?> option) => checks.Output(option.Name, parsed.GetValue(option), isNeeded: false);
        var outputs = new BenchOutputs(File(JsonFile), File(HtmlFile), File(TraceOut));
        string?[] given = [outputs.Json, outputs.Html, outputs.Trace];
        foreach (var same in given.OfType<string>().GroupBy(path => path).Where(same => same.Count() > 1))
        {
            checks.Add($"Two reports are to be written to '{same.Key}'; give them different files.");
        }

        return outputs;
    }

    /// <summary>Writes those that were asked for. Of nothing sent there is no page, and of nothing answered no trace.</summary>
    /// <exception cref="FailureException">One cannot be written.</exception>
    public void Write(BenchSummary summary, IReadOnlyList<BenchRecord> records, Func<LoadReport> page)
    {
        if (Json is not null) ReportFile.Write(JsonFile.Name, Json, stream => BenchReport.WriteJson(stream, summary, records));
        if (Html is not null && records.Count > 0)
        {
            ReportFile.Write(HtmlFile.Name, Html, stream => ReportFile.WriteText(stream, writer => LoadHtml.Write(writer, page())));
        }

        if (Trace is not null && BenchTrace.Of(records).Count > 0)
        {
            OutputFile.Write(TraceOut.Name, Trace, stream => BenchTrace.Write(stream, records));
        }
    }

    /// <summary>The command as it was typed, without the key.</summary>
    public static string CommandOf(ParseResult parsed, string key)
    {
        var words = new List<string> { "kantor" };
        foreach (var (index, token) in parsed.Tokens.Index())
        {
            if (token.Value == key || (index > 0 && parsed.Tokens[index - 1].Value == key)) continue;
            words.Add(token.Value.All(IsPlain) ? token.Value : $"'{token.Value}'");
        }

        return string.Join(' ', words);
    }

    private static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || "-_./:,=@".Contains(letter, StringComparison.Ordinal);
}
