using System.CommandLine;
using Kantor.Cli.Shell;
using Kantor.Core.Objectives;
using Kantor.Reports.Loads;

namespace Kantor.Cli.Bench;

/// <summary><c>kantor bench</c>: what a user of an OpenAI endpoint sees under a load.</summary>
internal static class BenchCommand
{
    /// <summary>Name of the verb; interrupted, it still writes its report.</summary>
    public const string Name = "bench";

    private const double TimeoutUsualS = 600;
    private const string UsualUrl = "http://localhost:8080";

    private static readonly Option<string?> Url = TextOption.Of(
        "--url", "http://HOST:PORT", "The endpoint. Default: http://localhost:8080.");
    private static readonly Option<string?> Model = TextOption.Of(
        "--model", "NAME", "Model to ask for. Default: the first that the endpoint lists.");
    private static readonly Option<string?> Key = TextOption.Of(
        "--key", "KEY", "API key. Default: the environment variable KANTOR_API_KEY.");
    private static readonly Option<string?> Goal = TextOption.Of(
        "--objective", "TEXT", $"What counts as served, goodput(…) of {SloSpec.Help}.");

    private static readonly Option<bool> NewConnections = new("--new-connections")
    {
        Description = "A connection for each request: for endpoints that close one after an answer without saying so.",
    };

    private static readonly Option<string?> Timeout = TextOption.Of(
        "--timeout", "S", "Seconds after which a request that has not got its whole answer is given up. Default: 600.");

    public static Command Create()
    {
        var command = new Command(
            Name,
            "Sends a load to any OpenAI endpoint and measures what its users see.\n\n"
            + "Example: kantor bench --url http://localhost:8080 --rate 4 --duration 60 --long-every 10 "
            + "--objective 'goodput(ttft=2s,itl=500ms)'")
        {
            Url, Model, Key, ApiOption.Option, NewConnections, Timeout, Goal,
        };
        LoadOptions.AddTo(command);
        foreach (var option in BenchOutputs.All) command.Options.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var checks = new OptionChecks();
        var (load, outputs) = (LoadOptions.Read(parsed, checks), BenchOutputs.Read(parsed, checks));
        var slo = SloOf(parsed.GetValue(Goal), checks);
        var url = checks.Url("--url", parsed.GetValue(Url) ?? UsualUrl) ?? new Uri(UsualUrl);
        using var client = ClientOf(parsed, checks, url);
        load = TraceOptions.With(parsed, checks, load, cancellation);
        checks.ThrowIfAny();
        var model = await client.ModelAsync(parsed.GetValue(Model), cancellation);
        var run = new BenchRun(client, model, load);
        var records = await WorkProgress.RunAsync(run.Counts, () => run.RunAsync(cancellation));
        var (summary, isInterrupted) = (BenchSummary.Of(records, slo), cancellation.IsCancellationRequested);
        Report(parsed, (url, model), summary, records, outputs, isInterrupted || run.IsOverrun);
        return run.IsOverrun ? throw new FailureException(Overrun(load)) : ExitOf(summary, isInterrupted);
    }

    private static void Report(
        ParseResult parsed, (Uri Url, string Model) asked, BenchSummary summary, IReadOnlyList<BenchRecord> records, BenchOutputs outputs,
        bool isCutShort)
    {
        if (!outputs.TakeStandardOutput) BenchReport.Print(Console.Out, summary);
        outputs.Write(summary, records, () => PageOf(parsed, asked, summary, records, isCutShort));
    }

    private static int ExitOf(BenchSummary summary, bool isInterrupted)
    {
        if (isInterrupted) return ExitCode.Interrupted;
        return summary.Completed > 0 ? ExitCode.Success : throw new FailureException("No request was answered.");
    }

    private static LoadReport PageOf(
        ParseResult parsed, (Uri Url, string Model) asked, BenchSummary summary, IReadOnlyList<BenchRecord> records,
        bool isInterrupted) => new()
        {
            Endpoint = asked.Url.ToString().TrimEnd('/'),
            Model = asked.Model,
            Objective = parsed.GetValue(Goal),
            Command = BenchOutputs.CommandOf(parsed, Key.Name),
            IsInterrupted = isInterrupted,
            Seconds = summary.Seconds,
            Rows = BenchPage.Rows(summary, records),
            Faults = [.. summary.Faults.OrderByDescending(fault => fault.Value).Select(fault => (fault.Key, fault.Value))],
            Course = BenchPage.Course(records),
        };

    private static string Overrun(BenchLoad load) =>
        $"{load.OpenMax:N0} requests were open and the endpoint did not keep up; send less (--rate, --rate-scale), or raise --open-max.";

    private static CompletionClient ClientOf(ParseResult parsed, OptionChecks checks, Uri url)
    {
        var api = ApiOption.Read(parsed, checks);
        var timeout = TimeSpan.FromSeconds(checks.Number(Timeout.Name, parsed.GetValue(Timeout), 0.001, 1e6) ?? TimeoutUsualS);
        var key = parsed.GetValue(Key) ?? Environment.GetEnvironmentVariable("KANTOR_API_KEY");
        return new CompletionClient(url, key, parsed.GetValue(NewConnections)) { Api = api, Timeout = timeout };
    }

    private static SloSpec? SloOf(string? line, OptionChecks checks)
    {
        if (line is null) return null;
        if (!Objective.TryParse(line, out var objective, out var error)) checks.Add($"--objective: {error}");
        else if (objective is { Terms: [GoodputTerm goodput], Weights: [] }) return goodput.Slo;
        else checks.Add($"--objective '{line}': requests are judged one by one here; write goodput(…) alone, as in goodput(ttft=2s).");
        return null;
    }
}
