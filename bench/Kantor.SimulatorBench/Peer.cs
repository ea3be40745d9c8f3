using System.Diagnostics;
using System.Globalization;
using Kantor.Simulation.Traces;

namespace Kantor.SimulatorBench;

/// <summary>Another simulator, run as a command on the same arrivals.</summary>
internal static class Peer
{
    /// <summary>First line of the arrivals' file.</summary>
    public const string Header = "arrival_s,prompt_tokens,output_tokens";

    /// <summary>Wall seconds that the command takes; it ends with code 0 or the bench fails.</summary>
    public static double RunS(string command, BenchCase benchCase, int replicas)
    {
        var path = Path.Combine(Path.GetTempPath(), $"kantor-arrivals-{Guid.NewGuid():N}.csv");
        try
        {
            File.WriteAllLines(path, benchCase.Trace.Select(LineOf).Prepend(Header));
            return TimeS(command.Replace("{csv}", path, StringComparison.Ordinal).Replace("{replicas}", replicas.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string LineOf(TraceRequest request) =>
        string.Create(CultureInfo.InvariantCulture, $"{request.ArrivalUs / 1e6:0.000000},{request.PromptTokens},{request.OutputTokens}");

    private static double TimeS(string command)
    {
        var start = new ProcessStartInfo { FileName = "/bin/sh", ArgumentList = { "-c", command }, UseShellExecute = false, RedirectStandardOutput = true };
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The shell does not start.");
        Console.Error.Write(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"The peer's command ended with code {process.ExitCode}: {command}");
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
