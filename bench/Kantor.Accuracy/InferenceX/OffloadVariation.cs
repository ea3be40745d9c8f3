namespace Kantor.Accuracy.InferenceX;

/// <summary>Simulated hit rates of the runs with offload when an assumed size is another: does the repair depend on the assumption?</summary>
/// <param name="Assumption">What is assumed.</param>
/// <param name="Sweep">Users, part of the prompts' tokens that was not computed, and median time to first token.</param>
internal sealed record OffloadVariation(string Assumption, IReadOnlyList<(int Users, AgenticPrediction Prediction)> Sweep)
{
    private const int UsersMin = 16;
    private const int UsersMax = 64;

    private static readonly (string Name, double Memory, double Link)[] Assumptions =
    [
        ("128 GiB and 50 GB/s a device", 1, 1), ("host memory − 30 %", 0.7, 1), ("host memory + 30 %", 1.3, 1), ("link − 30 %", 1, 0.7), ("link + 30 %", 1, 1.3),
    ];

    /// <summary>The variations of the runs with offload from 16 to 64 users, on the fewest devices that there are.</summary>
    public static IReadOnlyList<OffloadVariation> Of(IReadOnlyList<Comparison> compared, Func<AgenticLoad, AgenticPrediction> simulate)
    {
        var rows = compared.Where(one => one.IsCovered).Select(one => one.Agentic?.Row).OfType<AgenticRow>().Where(row => row.Offloads && row.Users is >= UsersMin and <= UsersMax).ToList();
        rows.RemoveAll(row => row.TensorParallel > rows.Min(other => other.TensorParallel));
        return [.. Assumptions.Select(assumption => new OffloadVariation(
            assumption.Name,
            [.. rows.OrderBy(row => row.Users).Select(row => (row.Users, simulate(Vary(row, assumption.Memory, assumption.Link))))]))];
    }

    private static AgenticLoad Vary(AgenticRow row, double memory, double link) => AgenticPredictor.TryLoad(row, out var load) is { } reason
        ? throw new ArgumentException(reason)
        : load! with { OffloadBytes = load.OffloadBytes * memory, OffloadBytesPerUs = load.OffloadBytesPerUs * link };
}
