using System.CommandLine;
using Kantor.Cli.Bench;
using Kantor.Cli.Bound;
using Kantor.Cli.Calibrate;
using Kantor.Cli.Compare;
using Kantor.Cli.Doctor;
using Kantor.Cli.Fake;
using Kantor.Cli.Logs;
using Kantor.Cli.Plan;
using Kantor.Cli.Policies;
using Kantor.Cli.Serve;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Cli.Sweep;
using Kantor.Cli.Traces;
using Kantor.LlamaCpp;
using Kantor.LlamaCpp.Gguf;
using Kantor.LlamaCpp.Library;

namespace Kantor.Cli;

/// <summary>The command line as a whole.</summary>
internal static class CliApp
{
    /// <summary>All verbs.</summary>
    public static RootCommand Create() =>
        new("Kantor serves language models and simulates fleets of them, with the same scheduling policies.")
    {
        ServeCommand.Create(),
        SimulateCommand.Create(),
        SweepCommand.Create(),
        CompareCommand.Create(),
        PlanCommand.Create(),
        BoundCommand.Create(),
        PoliciesCommand.Create(),
        ReplayCommand.Create(),
        ExplainCommand.Create(),
        TraceCommand.Create(),
        BenchCommand.Create(),
        CalibrateCommand.Create(),
        FakeCommand.Create(),
        DoctorCommand.Create(),
    };

    /// <summary>Runs one command line and returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var parsed = Create().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"kantor: {error.Message}");
            await Console.Error.WriteLineAsync("Try 'kantor --help', or --help after a verb.");
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
        // The server drains on Ctrl-C, and a load writes its report; being ended after two seconds would cut both.
        if (parsed.CommandResult.Command.Name is ServeCommand.Name or BenchCommand.Name) configuration.ProcessTerminationTimeout = null;
        return await GuardAsync(() => parsed.InvokeAsync(configuration));
    }

    private static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (UsageException wrong)
        {
            await Console.Error.WriteLineAsync($"kantor: {wrong.Message}");
            return ExitCode.Usage;
        }
        catch (Exception failed) when (failed is FailureException or LlamaLibraryException or LlamaModelException or GgufFormatException)
        {
            await Console.Error.WriteLineAsync($"kantor: {failed.Message}");
            return ExitCode.Failure;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("kantor: interrupted.");
            return ExitCode.Interrupted;
        }
    }
}
