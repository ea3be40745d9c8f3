using Kantor.Accuracy.InferenceX;
using Kantor.Accuracy.Runs;
using Kantor.Accuracy.Silicon;
using Kantor.Hardware.Calibration.Tables;

namespace Kantor.Accuracy;

/// <summary>Finds measurements in files and folders and compares them with predictions.</summary>
internal static class Sources
{
    private const string PointColumn = "silicon_ttft_ms";

    /// <summary>The files with measurements among some paths, in order; folders are searched through and through.</summary>
    /// <exception cref="FormatException">A path does not exist, or is a file of no known format.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths)
    {
        var files = new List<string>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path)) files.AddRange(Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsMeasurement).Order(StringComparer.Ordinal));
            else if (!File.Exists(path)) throw new FormatException($"{path} is neither a file nor a folder.");
            else if (IsMeasurement(path)) files.Add(path);
            else throw new FormatException($"{path} is neither a table with the column {PointColumn} nor a run of requests (NAMErequests.jsonl with NAMEmeta.json), nor a list of agentic runs (JSON lines with offload_mode).");
        }

        return files;
    }

    /// <summary>Compares a file's measurements with predictions.</summary>
    public static Findings Compare(string file, IProgress<int> progress, CancellationToken cancellation)
    {
        if (AgenticRow.IsAgentic(file)) return AgenticFile.Compare(file, progress, cancellation);
        return new Findings(RunFolder.IsRun(file) ? CompareRun(file) : ComparePoints(file, progress, cancellation), []);
    }

    private static Comparison[] ComparePoints(string file, IProgress<int> progress, CancellationToken cancellation)
    {
        var rows = SiliconRow.ReadAll(file);
        var results = new Comparison[rows.Count];
        var done = 0;
        Parallel.For(0, rows.Count, new ParallelOptions { CancellationToken = cancellation }, index =>
        {
            results[index] = SiliconPredictor.Predict(file, rows[index], cancellation);
            progress.Report(Interlocked.Increment(ref done) * 100 / rows.Count);
        });
        return results;
    }

    /// <summary>A run that cannot be read is one row that is not covered, so that the others are compared all the same.</summary>
    private static List<Comparison> CompareRun(string file)
    {
        try
        {
            return [.. RunPredictor.Predict(RunFolder.Read(file))];
        }
        catch (FormatException unreadable)
        {
            Console.Error.WriteLine(unreadable.Message);
            return [new Comparison { File = file, Id = "", Model = "unknown", Gpu = "unknown", Engine = "vllm", Load = "unknown", NotCovered = $"unreadable: {unreadable.Message}" }];
        }
    }

    private static bool IsMeasurement(string path)
    {
        if (RunFolder.IsRun(path) || AgenticRow.IsAgentic(path)) return true;
        return (path.EndsWith(".csv", StringComparison.Ordinal) || path.EndsWith(".csv.gz", StringComparison.Ordinal)) && CsvTable.Columns(path).Contains(PointColumn);
    }
}
