using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Replica;
using Kantor.EventLogs.Records;

namespace Kantor.EventLogs.Recording;

/// <summary>What a log says about a replica.</summary>
internal static class ReplicaRecords
{
    public static ReplicaRecord Of(ReplicaOptions options, int replica, Objective objective, string? notReplayable)
    {
        var (rules, host) = (options.KvRules ?? options.Planner.KvRules, HostOf(options));
        return new ReplicaRecord
        {
            AtUs = 0,
            Replica = replica,
            Policy = options.Planner.Name,
            Predictor = options.Predictor.Name,
            Retention = options.Kv.Retention.Name,
            Objective = objective.ToString(),
            StepTokensMax = options.Limits.StepTokensMax,
            RunningMax = options.Limits.RunningMax,
            WaitingMax = options.Limits.WaitingMax,
            AdaptersMax = options.Limits.AdaptersMax,
            Blocks = options.Kv.BlocksTotal,
            BlockSizeTokens = options.Kv.BlockSizeTokens,
            PrefixCaching = options.Kv.PrefixCaching,
            IdleBlocksMax = options.Kv.IdleBlocksMax,
            SequencesMax = options.Kv.SequencesMax,
            HitsWithinStep = rules.HitsWithinStep,
            ChargesSharedOnce = rules.ChargesSharedOnce,
            KeepsCopies = rules.KeepsCopies || options.Kv.KeepsCopies,
            PinsAdmissionsFirst = rules.PinsAdmissionsFirst,
            WaitsForPrefixTokens = rules.WaitsForPrefixTokens,
            HostBlocks = host?.Blocks,
            HostCopyTokensMin = host?.CopyTokensMin,
            HoldUsMax = options.HoldUsMax,
            NotReplayable = notReplayable ?? ReasonAgainst(options),
        };
    }

    private static KvPlace? HostOf(ReplicaOptions options) =>
        options.Tiers is [{ Place.CopiesAtOnce: true } tier] ? tier.Place : null;

    /// <summary>Books that depend on more than the stream of events.</summary>
    private static string? ReasonAgainst(ReplicaOptions options)
    {
        if (options.DraftTokens > 0) return "it guesses tokens, and which guesses were right is not in the log";
        var hasOther = options.Swap is not null || (options.Tiers.Count > 0 && HostOf(options) is null);
        if (hasOther) return "its KV comes from other places too, and when is not in the log";
        return options.OutputTokensHere is not null ? "its requests go on elsewhere" : null;
    }
}
