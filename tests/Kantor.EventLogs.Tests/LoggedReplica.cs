using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Retention;
using Kantor.Core.Testing.Runs;
using Kantor.EventLogs.Recording;
using Kantor.EventLogs.Records;
using Kantor.EventLogs.Replaying;

namespace Kantor.EventLogs.Tests;

/// <summary>A crowded replica with shared prompts whose events are written down.</summary>
internal static class LoggedReplica
{
    public static EventLog Record(string policy, ulong seed, string file, bool caching = true, int numbersMax = 100_000, bool hasHost = false)
    {
        using (var log = EventLogWriter.Create(file, "test", why => Assert.Fail(why)))
        {
            new ReplicaRun(
                PolicyCatalogue.Planner(policy),
                new BatchLimits { StepTokensMax = 24, RunningMax = 6 },
                new KvLedgerOptions { BlocksTotal = 24, BlockSizeTokens = 4, PrefixCaching = caching, IdleBlocksMax = hasHost ? 2 : null },
                Jobs(seed),
                new ClassQuantilePredictor(),
                rules: hasHost ? PolicyCatalogue.Planner(policy).KvRules with { WaitsForPrefixTokens = 8 } : null,
                tiers: hasHost ? [Host()] : null,
                newListener: options => new LogRecorder(log, 0, options, Objective.Goodput(new SloSpec()), numbersMax: numbersMax)).ToEnd();
        }

        return EventLog.Read(file);
    }

    public static ReplayResult Replay(EventLog log, string policy) => LogReplay.Run(log, 0, new ReplayOptions
    {
        Planner = PolicyCatalogue.Planner(policy),
        Predictor = new ClassQuantilePredictor(),
        Retention = new LruRetention(),
        StepTime = ReplicaRun.StepTime,
    });

    private static KvTier Host() => new(
        new KvPlace { Name = "host", Blocks = 20, CopiesAtOnce = true, CopyTokensMin = 4, Link = new KvLink { TokensPerUs = 1 } },
        blockSizeTokens: 4);

    private static IEnumerable<Job> Jobs(ulong seed)
    {
        var random = new RandomStream(seed, "logged jobs");
        for (var id = 0; id < 60; id++)
        {
            var shared = random.NextInt(3) * 8;
            int[] prompt = [.. Enumerable.Range(0, shared), .. Enumerable.Range(0, 1 + random.NextInt(16)).Select(_ => 100 + random.NextInt(5))];
            var output = 1 + random.NextInt(16);
            yield return new Job(id, random.NextInt(60), prompt, output, output + random.NextInt(3), random.NextInt(2), random.NextInt(2));
        }
    }
}
