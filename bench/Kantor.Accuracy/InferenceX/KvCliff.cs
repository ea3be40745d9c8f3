namespace Kantor.Accuracy.InferenceX;

/// <summary>The number of users from which on their contexts are no longer found again, in closed form, simulated and measured.</summary>
/// <param name="Deployment">Model, device and parallel sizes.</param>
/// <param name="Offloads">Whether host memory keeps what the device has no room for.</param>
/// <param name="KvTokens">KV tokens that fit, predicted: on the devices, or with offload in host memory, which holds a copy of all.</param>
/// <param name="TokensPerUser">Mean tokens that a user's session has when a request is over, measured.</param>
/// <param name="UsersMeasured">Most users whose hit rate was still at least half that of the fewest, and the next more users, below it.</param>
/// <param name="UsersSimulated">The same of the simulated hit rates; null when they never fall so far, or were not simulated.</param>
internal sealed record KvCliff(string Deployment, bool Offloads, long KvTokens, double TokensPerUser, (int Above, int Below)? UsersMeasured, (int Above, int Below)? UsersSimulated)
{
    /// <summary>Users whose sessions fit: the cliff, as a cache that evicts what was used longest ago keeps none of a loop that is larger than itself.</summary>
    public double UsersPredicted => KvTokens / TokensPerUser;

    /// <summary>The cliffs of some runs, one for each deployment without and with offload.</summary>
    public static IReadOnlyList<KvCliff> Of(IEnumerable<AgenticOutcome> outcomes) =>
        [.. outcomes.GroupBy(run => (run.Row.Model, run.Row.Gpu, run.Row.TensorParallel, run.Row.Offloads)).OrderBy(group => group.Key).SelectMany(OfSweep)];

    /// <summary>The numbers of users between which a hit rate falls below half that of the fewest users.</summary>
    public static (int Above, int Below)? Between(IEnumerable<(int Users, double? HitRate)> sweep)
    {
        var known = sweep.Where(point => point.HitRate is not null).OrderBy(point => point.Users).ToList();
        var below = known.FindIndex(point => point.HitRate < known[0].HitRate / 2);
        return below < 1 ? null : (known[below - 1].Users, known[below].Users);
    }

    private static IEnumerable<KvCliff> OfSweep(IEnumerable<AgenticOutcome> sweep)
    {
        var runs = sweep.OrderBy(run => run.Row.Users).ToList();
        if (AgenticPredictor.TryLoad(runs[0].Row, out var load) is not null) yield break;
        var measured = Between(runs.Select(run => (run.Row.Users, run.HitRate)));
        var alive = runs.Where(run => measured is not { } cliff || run.Row.Users <= cliff.Above).Select(run => run.Row).ToList();
        var row = runs[0].Row;
        yield return new KvCliff(
            $"{row.Model[(row.Model.LastIndexOf('/') + 1)..]}, {row.TensorParallel} × {row.Gpu}",
            row.Offloads,
            row.Offloads ? (long)(load!.OffloadBytes / load.KvBytesPerToken) : (long)load!.KvBlocks * load.BlockSizeTokens,
            alive.Sum(run => run.Completed * (run.PromptTokensMean + run.OutputTokensMean)) / alive.Sum(run => run.Completed),
            measured,
            Between(runs.Select(run => (run.Row.Users, run.PredictedHitRate))));
    }
}
