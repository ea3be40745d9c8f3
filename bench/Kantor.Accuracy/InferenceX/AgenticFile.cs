namespace Kantor.Accuracy.InferenceX;

/// <summary>Compares a file of agentic runs.</summary>
internal static class AgenticFile
{
    private const string SessionsFolder = "kv-cache-tester";

    /// <summary>Compares the rows of a file, replaying the sessions recorded in the folder beside the file's own.</summary>
    public static Findings Compare(string file, IProgress<int> progress, CancellationToken cancellation)
    {
        var rows = AgenticRow.ReadAll(file);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? ".";
        if (SessionReplay.TryLoad(Path.Combine(folder, "..", SessionsFolder), SessionEntries.Read(folder), cancellation) is not { } sessions)
        {
            return new Findings([.. rows.Select(row => AgenticPredictor.Predict(file, row, _ => throw new ArgumentException($"no recorded sessions: there is no folder {SessionsFolder} beside the file's own")))], []);
        }

        AgenticPrediction Simulate(AgenticLoad load) => AgenticSimulation.Run(load, sessions, cancellation);
        var results = new Comparison[rows.Count];
        var done = 0;
        Parallel.For(0, rows.Count, new ParallelOptions { CancellationToken = cancellation }, index =>
        {
            results[index] = AgenticPredictor.Predict(file, rows[index], Simulate);
            progress.Report(Interlocked.Increment(ref done) * 100 / rows.Count);
        });
        return new Findings(results, OffloadVariation.Of(results, Simulate));
    }
}
