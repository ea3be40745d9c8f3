using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Kantor.Cli.Engines;
using Kantor.Cli.Shell;
using Kantor.Core.StepTime;
using Kantor.Engine;
using Kantor.Hardware.Calibration.Fitting;
using Kantor.Hardware.Profiles;
using Kantor.Hardware.Published;
using Spectre.Console;

namespace Kantor.Cli.Calibrate;

/// <summary><c>kantor calibrate engine</c>: measures the step times of the engine with this model on this machine.</summary>
internal static class EngineCommand
{
    private static readonly EngineArguments Engine = new("vllm-v1");
    private static readonly JsonSerializerOptions ReportNames = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly Argument<string?> Model = new("MODEL")
    {
        Description = "GGUF file, or hf:owner/repository/file.gguf; the same as --model.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<int> Rounds = new("--rounds")
    {
        Description = "How often each load is run.",
        HelpName = "N",
        DefaultValueFactory = _ => 2,
    };

    private static readonly Option<bool> ProcessorTime = new("--processor-time")
    {
        Description =
            "Count a step's processor time divided by the threads instead of the time that passed: for a machine that other programs use "
            + "too. Needs --gpu-layers 0 where there is a GPU.",
    };

    private static readonly Option<string?> Url = new("--url")
    {
        Description = "Show what a running server has learnt, and with --out write it, instead of measuring here; give the --kv-tokens, "
            + "--step-tokens and --running-max that it serves with.",
        HelpName = "http://HOST:PORT",
    };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "Write the profile, for 'kantor simulate --profile FILE', as JSON; - for the standard output.",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        var command = new Command(
            "engine",
            "Measures step times of the engine on this machine and fits "
            + "c + a·prefill tokens + b·decode sequences + d·resident KV tokens + e·rows·KV tokens.\n\n"
            + "The error is that on loads which the fit has not seen. Measure with the --cache-tokens and --threads that you serve with, "
            + "on an idle machine.\n\n"
            + "Example: kantor calibrate engine my.gguf --out my.json && kantor simulate --profile my.json")
        {
            Model, Rounds, ProcessorTime, Url, Out,
        };
        Engine.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (rounds, file, settings) = (parsed.GetValue(Rounds), parsed.GetValue(Out), Read(parsed));
        if (rounds is < 1 or > 1000) throw new UsageException($"--rounds is {rounds}; it must be from 1 to 1000.");
        var checks = new OptionChecks();
        var server = checks.Url("--url", parsed.GetValue(Url));
        checks.ThrowIfAny();
        if (server is { } url)
        {
            var learnt = await LearntAsync(url, cancellation);
            if (file is not null) await WriteAsync(file, ProfileOf(url, settings, learnt), cancellation);
            if (file != "-") Print(learnt);
            return ExitCode.Success;
        }

        var (profile, fit) = await MeasureAsync(settings, rounds, parsed.GetValue(ProcessorTime), cancellation);
        if (file is not null) await WriteAsync(file, profile, cancellation);
        if (file != "-") Print(fit);
        return ExitCode.Success;
    }

    private static async Task WriteAsync(string file, EngineProfileFile profile, CancellationToken cancellation)
    {
        if (file == "-") Console.WriteLine(profile.ToJson());
        else await File.WriteAllTextAsync(file, profile.ToJson() + "\n", cancellation);
    }

    private static EngineSettings Read(ParseResult parsed)
    {
        var settings = Engine.Read(parsed);
        if (parsed.GetValue(Model) is not { } model) return settings;
        return settings.Model is null ? settings with { Model = model }
            : throw new UsageException($"The model is given twice: '{model}' and --model '{settings.Model}'.");
    }

    private static async Task<(EngineProfileFile Profile, EngineFit Fit)> MeasureAsync(
        EngineSettings settings, int rounds, bool isProcessorTime, CancellationToken cancellation)
    {
        var recorder = new StepRecorder(isProcessorTime ? settings.Threads ?? Environment.ProcessorCount : null);
        await using var engine = await EngineFactory.CreateAsync(settings, recorder, logger: null, cancellation);
        await new CalibrationLoad(engine, recorder, rounds).RunAsync(cancellation);
        try
        {
            var fit = EngineFitter.Fit(recorder.Steps);
            return (ProfileOf(engine.Model.ModelName, engine.Model.KvTokensTotal, settings, isProcessorTime, fit), fit);
        }
        catch (FormatException wrong)
        {
            throw new FailureException(wrong.Message);
        }
    }

    private static EngineProfileFile ProfileOf(
        string model, int kvTokens, EngineSettings settings, bool isProcessorTime, EngineFit fit) => new()
        {
            Name = model,
            Origin = string.Create(
            CultureInfo.InvariantCulture,
            $"{(isProcessorTime ? "processor time" : "time")} of {fit.Samples} samples on {DateTime.UtcNow:yyyy-MM-dd}, "
            + $"{settings.Threads ?? Environment.ProcessorCount} threads, policy {settings.Policy}, at most "
            + $"{settings.CacheTokens?.ToString(CultureInfo.InvariantCulture) ?? "the usual number of"} cached tokens"),
            StepTime = fit.StepTime,
            KvTokens = kvTokens,
            StepTokensMax = settings.StepTokens,
            RunningMax = settings.RunningMax,
            HeldOutError = fit.HeldOut,
        };

    private static EngineProfileFile ProfileOf(Uri url, EngineSettings settings, StepModelReport learnt) => new()
    {
        Name = settings.Model ?? "served",
        Origin = string.Create(
            CultureInfo.InvariantCulture,
            $"learnt by {url} from {learnt.Samples} of its own steps until {DateTime.UtcNow:yyyy-MM-dd}"),
        StepTime = StepTimeOf(learnt),
        KvTokens = settings.KvTokens,
        StepTokensMax = settings.StepTokens,
        RunningMax = settings.RunningMax,
        HeldOutError = null,
    };

    private static LinearStepTime StepTimeOf(StepModelReport learnt) => new(
        learnt.FixedUs, learnt.PrefillTokenUs, learnt.DecodeSequenceUs, learnt.ResidentKvTokenUs, learnt.RowKvTokenUs);

    private static void Print(StepModelReport learnt)
    {
        Print(StepTimeOf(learnt));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{learnt.Samples} steps of {learnt.MeanStepUs:0} µs on average; mean absolute error "
            + $"{learnt.MeanAbsoluteErrorUs / learnt.MeanStepUs:0.0%}"));
    }

    private static async Task<StepModelReport> LearntAsync(Uri url, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        try
        {
            var report = await http.GetFromJsonAsync<StepModelReport>(new Uri(url, "/admin/step-model"), ReportNames, cancellation)
                ?? throw new FailureException($"{url} answered nothing.");
            return report.MeanStepUs is null ? throw new FailureException("Not a single step was measured yet.") : report;
        }
        catch (Exception failed) when (failed is HttpRequestException or JsonException)
        {
            throw new FailureException($"{url} does not answer as a Kantor server: {failed.Message}");
        }
    }

    private static void Print(EngineFit fit)
    {
        Print(fit.StepTime);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{fit.Samples} samples; on {fit.HeldOut.Points} of loads that the fit has not seen: median error {fit.HeldOut.Median:0.0%}, "
            + $"P90 {fit.HeldOut.P90:0.0%}, mean absolute error {fit.HeldOutMeanError:0.0%} of the mean step"));
    }

    private static void Print(LinearStepTime fit)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("coefficient").AddColumn(new TableColumn("µs").RightAligned())
            .AddColumn("per");
        void Row(string name, double us, string per) => table.AddRow(name, us.ToString("0.####", CultureInfo.InvariantCulture), per);
        Row("c", fit.FixedUs, "step");
        Row("a", fit.PrefillTokenUs, "prefill token");
        Row("b", fit.DecodeSequenceUs, "decode sequence");
        Row("d", fit.ResidentKvTokenUs, "resident KV token");
        Row("e", fit.RowKvTokenUs, "row and KV token");
        AnsiConsole.Write(table);
    }
}
