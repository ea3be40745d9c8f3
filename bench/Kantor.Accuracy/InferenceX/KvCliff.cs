namespace Kantor.Accuracy.InferenceX;

/// <summary>The number of users from which on their contexts no longer stay in a device's cache, predicted and measured.</summary>
/// <param name="Deployment">Model, device and parallel sizes.</param>
/// <param name="KvTokens">KV tokens that fit, predicted.</param>
/// <param name="TokensPerUser">Mean tokens that a user's session has when a request is over, measured.</param>
/// <param name="UsersMeasured">Most users whose hit rate was still at least half that of the fewest, and the next more users, below it.</param>
internal sealed record KvCliff(string Deployment, long KvTokens, double TokensPerUser, (int Above, int Below) UsersMeasured)
{
    /// <summary>Users whose sessions fit: the cliff, as a cache that evicts what was used longest ago keeps none of a loop that is larger than itself.</summary>
    public double UsersPredicted => KvTokens / TokensPerUser;

    /// <summary>The cliffs of the rows without offload, one for each deployment that has users on both sides.</summary>
    public static IEnumerable<KvCliff> Of(IEnumerable<AgenticRow> rows)
    {
        foreach (var group in rows.Where(row => !row.Offloads && row.DeviceHitRate is not null).GroupBy(row => (row.Model, row.Gpu, row.TensorParallel)).OrderBy(group => group.Key))
        {
            var byUsers = group.OrderBy(row => row.Users).ToList();
            var below = byUsers.FindIndex(row => row.DeviceHitRate < byUsers[0].DeviceHitRate / 2);
            if (below < 1 || AgenticPredictor.TryLoad(byUsers[0], out var load) is not null) continue;
            var alive = byUsers.Take(below).ToList();
            var tokens = alive.Sum(row => row.Completed * (row.PromptTokensMean + row.OutputTokensMean)) / alive.Sum(row => row.Completed);
            yield return new KvCliff(
                $"{group.Key.Model[(group.Key.Model.LastIndexOf('/') + 1)..]}, {group.Key.TensorParallel} × {group.Key.Gpu}",
                (long)load!.KvBlocks * load.BlockSizeTokens,
                tokens,
                (byUsers[below - 1].Users, byUsers[below].Users));
        }
    }
}
