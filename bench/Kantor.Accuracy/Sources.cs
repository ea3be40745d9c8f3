using Kantor.Accuracy.Runs;
using Kantor.Accuracy.Silicon;
using Kantor.Simulation.Calibration.Tables;

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
            else throw new FormatException($"{path} is neither a table with the column {PointColumn} nor a run of requests (NAMErequests.jsonl with NAMEmeta.json).");
        }

        return files;
    }

    /// <summary>Comparisons of a file's measurements.</summary>
    public static IReadOnlyList<Comparison> Compare(string file, IProgress<int> progress, CancellationToken cancellation)
    {
        if (RunFolder.IsRun(file)) return [.. RunPredictor.Predict(RunFolder.Read(file))];
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

    private static bool IsMeasurement(string path)
    {
        if (RunFolder.IsRun(path)) return true;
        return (path.EndsWith(".csv", StringComparison.Ordinal) || path.EndsWith(".csv.gz", StringComparison.Ordinal)) && CsvTable.Columns(path).Contains(PointColumn);
    }
}
