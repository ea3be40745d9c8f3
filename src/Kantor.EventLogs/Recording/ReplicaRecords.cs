using Kantor.Core.Objectives;
using Kantor.Core.Replica;
using Kantor.EventLogs.Records;

namespace Kantor.EventLogs.Recording;

/// <summary>What a log says about a replica.</summary>
internal static class ReplicaRecords
{
    public static ReplicaRecord Of(ReplicaOptions options, int replica, Objective objective, string? notReplayable)
    {
        var rules = options.KvRules ?? options.Planner.KvRules;
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
            HostBlocks = options.Tiers is [{ Place.CopiesAtOnce: true } host] ? host.Place.Blocks : null,
            HostCopyTokensMin = options.Tiers is [{ Place.CopiesAtOnce: true } tier] ? tier.Place.CopyTokensMin : null,
            HoldUsMax = options.HoldUsMax,
            NotReplayable = notReplayable ?? ReasonAgainst(options),
        };
    }

    /// <summary>Books that depend on more than the stream of events.</summary>
    private static string? ReasonAgainst(ReplicaOptions options)
    {
        if (options.DraftTokens > 0) return "it guesses tokens, and which guesses were right is not in the log";
        var copiesAtOnce = options.Tiers is [] or [{ Place.CopiesAtOnce: true }];
        if (!copiesAtOnce || options.Swap is not null) return "its KV comes from other places too, and when is not in the log";
        return options.OutputTokensHere is not null ? "its requests go on elsewhere" : null;
    }
}
