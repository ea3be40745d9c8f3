using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Kantor.Workloads.Traces;

namespace Kantor.SimulatorBench;

/// <summary>Another simulator on the same arrivals, lengths and number of replicas, run by its script in <c>bench/peers</c>.</summary>
/// <param name="Name">Name of the peer; its script is the same with underscores.</param>
/// <param name="Checkout">Folder of the peer's sources.</param>
internal sealed partial record Peer(string Name, string Checkout)
{
    private static readonly string[] Known = ["splitwise-sim"];

    /// <summary>The peers that there are scripts for.</summary>
    public static string Names => string.Join(", ", Known);

    /// <summary>The peer of <c>NAME=PATH</c>.</summary>
    /// <exception cref="ArgumentException">The name is not known, or the path is no folder.</exception>
    public static Peer Parse(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at < 0 || !Known.Contains(text[..at])) throw new ArgumentException($"--peer '{text}' is not NAME=PATH with one of the names {Names}.");
        if (!Directory.Exists(text[(at + 1)..])) throw new ArgumentException($"--peer {text[..at]}: there is no folder '{text[(at + 1)..]}'.");
        return new Peer(text[..at], Path.GetFullPath(text[(at + 1)..]));
    }

    /// <summary>Seconds of processor time that the peer simulates for, its start and imports excepted; what it prints goes to standard error.</summary>
    /// <exception cref="InvalidOperationException">It fails, or does not complete every request.</exception>
    public double SimulateS(IReadOnlyList<TraceRequest> trace, int replicas, string python)
    {
        var arrivals = Path.Combine(Path.GetTempPath(), $"kantor-arrivals-{Guid.NewGuid():N}.csv");
        try
        {
            File.WriteAllLines(arrivals, trace.Select(LineOf).Prepend("arrival_s,prompt_tokens,output_tokens"));
            var said = Run(python, Script(), Checkout, arrivals, replicas.ToString(CultureInfo.InvariantCulture));
            var result = ResultForm().Match(said);
            if (!result.Success || result.Groups["requests"].Value != trace.Count.ToString(CultureInfo.InvariantCulture))
            {
                throw new InvalidOperationException($"{Name} did not complete {trace.Count} requests: {said}");
            }

            return double.Parse(result.Groups["cpu"].ValueSpan, CultureInfo.InvariantCulture);
        }
        finally
        {
            File.Delete(arrivals);
        }
    }

    private static string LineOf(TraceRequest request) =>
        string.Create(CultureInfo.InvariantCulture, $"{request.ArrivalUs / 1e6:0.000000},{request.PromptTokens},{request.OutputTokens}");

    private string Script() => Path.Combine(AppContext.BaseDirectory, "peers", Name.Replace('-', '_') + ".py");

    private string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start.");
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Console.Error.Write(said);
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{Name} ended with code {process.ExitCode}: {said}");
    }

    [GeneratedRegex(@"^requests=(?<requests>\d+) .*cpu_s=(?<cpu>[\d.]+) wall_s=[\d.]+\s*$", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ResultForm();
}
