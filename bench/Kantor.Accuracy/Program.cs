using System.Globalization;
using Kantor.Accuracy.InferenceX;
using Kantor.Accuracy.Runs;

namespace Kantor.Accuracy;

/// <summary>Compares the simulator with measurements: <c>[FILE or FOLDER …] [--json FILE] [--markdown FILE] [--rows FILE]</c>.</summary>
internal static class Program
{
    private const string Usage = "usage: Kantor.Accuracy [FILE or FOLDER …] [--json FILE] [--markdown FILE] [--rows FILE]";

    private static int Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        using var cancellation = new CancellationTokenSource();
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true;
            cancellation.Cancel();
        };
        try
        {
            return Run(args, cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("cancelled");
            return 130;
        }
        catch (Exception exception) when (exception is FormatException or IOException)
        {
            Console.Error.WriteLine(exception.Message);
            return 2;
        }
    }

    private static int Run(string[] args, CancellationToken cancellation)
    {
        var (paths, options) = Parse(args);
        var files = Sources.Find(paths.Count > 0 ? paths : DefaultPaths());
        if (files.Count == 0) throw new FormatException("No measurement was found. " + Usage);
        var rows = new List<Comparison>();
        var variations = new List<OffloadVariation>();
        foreach (var file in files)
        {
            var found = Sources.Compare(file, new Progress(Path.GetFileName(file)), cancellation);
            Print(file, ErrorSummary.Of(found.Rows));
            rows.AddRange(found.Rows);
            variations.AddRange(found.Variations);
        }

        Print("all", ErrorSummary.Of(rows));
        RunReport.Print(rows);
        CliffReport.Print(rows, variations);
        var markdown = options.GetValueOrDefault("--markdown") ?? (RepositoryRoot() is { } root && paths.Count == 0 ? Path.Combine(root, "docs", "accuracy.md") : null);
        if (markdown is not null) File.WriteAllText(markdown, Report.Markdown(rows, variations));
        if (options.TryGetValue("--json", out var json)) Report.WriteJson(json, rows);
        if (options.TryGetValue("--rows", out var csv)) Report.WriteRows(csv, rows);
        return 0;
    }

    private static (List<string> Paths, Dictionary<string, string> Options) Parse(string[] args)
    {
        var paths = new List<string>();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal)) paths.Add(args[i]);
            else if (args[i] is "--json" or "--markdown" or "--rows" && i + 1 < args.Length) options[args[i]] = args[++i];
            else throw new FormatException($"'{args[i]}' is no option or lacks its file. {Usage}");
        }

        return (paths, options);
    }

    private static void Print(string name, ErrorSummary errors) => Console.WriteLine(
        $"{Path.GetFileName(name)}: rows {errors.Rows}, covered {errors.Covered}; TTFT median {errors.TtftMedian:P1}, P90 {errors.TtftP90:P1}, bias {errors.TtftBias:+0.0 %;-0.0 %}; "
        + $"TPOT median {errors.TpotMedian:P1}, P90 {errors.TpotP90:P1}, bias {errors.TpotBias:+0.0 %;-0.0 %}");

    /// <summary>The traces beside the repository.</summary>
    private static List<string> DefaultPaths()
    {
        for (var folder = RepositoryRoot(); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var traces = Path.Combine(folder, "shared", "traces");
            if (Directory.Exists(traces)) return [Path.Combine(traces, "aiconfigurator", "silicon_sample.csv.gz"), Path.Combine(traces, "llmservingsim", "vllm_runs"), Path.Combine(traces, "inferencex")];
        }

        throw new FormatException("There is no folder shared/traces beside the repository; name a file or folder. " + Usage);
    }

    private static string? RepositoryRoot()
    {
        foreach (var start in new[] { Environment.CurrentDirectory, AppContext.BaseDirectory })
        {
            for (var folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "Kantor.slnx"))) return folder;
            }
        }

        return null;
    }

    /// <summary>Progress on the terminal, each whole tenth once.</summary>
    private sealed class Progress(string name) : IProgress<int>
    {
        private int _shown;

        public void Report(int value)
        {
            var tenth = value / 10;
            if (tenth > Interlocked.Exchange(ref _shown, Math.Max(tenth, _shown))) Console.Error.WriteLine($"{name}: {10 * tenth} %");
        }
    }
}
