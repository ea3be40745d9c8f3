using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Kantor.Cli.Engines;
using Kantor.Engine;
using Spectre.Console;

namespace Kantor.Cli.Calibrate;

/// <summary><c>kantor calibrate</c>: measures this machine's step times with this model.</summary>
internal static class CalibrateCommand
{
    private static readonly EngineArguments Engine = new();
    private static readonly Option<int> Rounds = new("--rounds") { Description = "How often each load is run.", HelpName = "N", DefaultValueFactory = _ => 2 };
    private static readonly Option<Uri?> Url = new("--url") { Description = "Ask a running server what it has learnt, instead of measuring here.", HelpName = "http://HOST:PORT" };
    private static readonly Option<string?> Json = new("--json") { Description = "Write the coefficients as JSON; - for the standard output.", HelpName = "FILE" };

    public static Command Create()
    {
        var command = new Command(
            "calibrate",
            "Measures step times of the engine on this machine and fits c + a·prefill tokens + b·decode sequences + d·resident KV tokens.\n\n"
            + "Example: kantor calibrate --model my.gguf --json steps.json")
        {
            Rounds, Url, Json,
        };
        command.Add(ProfileCommand.Create());
        Engine.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var rounds = parsed.GetValue(Rounds);
        if (rounds is < 1 or > 1000) throw new UsageException($"--rounds is {rounds}; it must be from 1 to 1000.");
        var report = parsed.GetValue(Url) is { } url ? await AskAsync(url, cancellation) : await MeasureAsync(Engine.Read(parsed), rounds, cancellation);
        if (report.MeanStepUs is null) throw new FailureException("Not a single step was measured yet.");
        if (parsed.GetValue(Json) is not { } file) Print(report);
        else if (file == "-") Console.WriteLine(JsonSerializer.Serialize(report, StepModelJson.Options));
        else await File.WriteAllTextAsync(file, JsonSerializer.Serialize(report, StepModelJson.Options) + "\n", cancellation);
        return ExitCode.Success;
    }

    private static async Task<StepModelReport> MeasureAsync(EngineSettings settings, int rounds, CancellationToken cancellation)
    {
        await using var engine = await EngineFactory.CreateAsync(settings, observer: null, logger: null, cancellation);
        await new CalibrationLoad(engine, rounds).RunAsync(cancellation);
        return engine.StepModel();
    }

    private static async Task<StepModelReport> AskAsync(Uri url, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        try
        {
            return await http.GetFromJsonAsync<StepModelReport>(new Uri(url, "/admin/step-model"), StepModelJson.Options, cancellation)
                ?? throw new FailureException($"{url} answered nothing.");
        }
        catch (Exception failed) when (failed is HttpRequestException or JsonException)
        {
            throw new FailureException($"{url} does not answer as a Kantor server: {failed.Message}");
        }
    }

    private static void Print(StepModelReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("coefficient").AddColumn(new TableColumn("µs").RightAligned()).AddColumn("per");
        void Row(string name, double us, string per) => table.AddRow(name, us.ToString("0.###", CultureInfo.InvariantCulture), per);
        Row("c", report.FixedUs, "step");
        Row("a", report.PrefillTokenUs, "prefill token");
        Row("b", report.DecodeSequenceUs, "decode sequence");
        Row("d", report.ResidentKvTokenUs, "resident KV token");
        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Samples} steps of {report.MeanStepUs:0} µs on average; mean absolute error {report.MeanAbsoluteErrorUs / report.MeanStepUs:0.0%}"));
    }
}

/// <summary>How the coefficients are written.</summary>
internal static class StepModelJson
{
    public static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };
}
