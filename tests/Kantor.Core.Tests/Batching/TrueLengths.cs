using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Tests.Batching;

/// <summary>Runs in which beliefs are the truth, to separate a rule from its beliefs: the length is the request's class. Blocks hold one token.</summary>
internal sealed class TrueLengths(int upperFactor = 1) : ILengthPredictor
{
    public string Name => "true-lengths";

    public PolicyState NewState() => new();

    public LengthBelief Predict(in LengthQuery query, PolicyState state)
    {
        var length = Math.Max(query.Request.Class.Value, query.GeneratedTokens + 1);
        return new LengthBelief(length, length * upperFactor);
    }

    public static Job Job(int id, int arrivalStep, int prompt, int output) => Jobs.Plain(id, arrivalStep, prompt, output) with { Class = output };

    public static ReplicaRun Run(IBatchPlanner planner, IEnumerable<Job> jobs, int pool = 100, int running = 100, ILengthPredictor? predictor = null, int stepTokens = 1_000_000) => new(
        planner,
        new BatchLimits { StepTokensMax = stepTokens, RunningMax = running },
        new KvLedgerOptions { BlocksTotal = pool, BlockSizeTokens = 1, PrefixCaching = false },
        jobs,
        predictor ?? new TrueLengths())
    { Verifies = false };

    /// <summary>Ids in the order in which they started, ties by id.</summary>
    public static long[] Starts(ReplicaRun run) =>
        [.. run.Traces.Where(entry => entry.Value.FirstStep is not null).OrderBy(entry => entry.Value.FirstStep).ThenBy(entry => entry.Key).Select(entry => entry.Key)];

    public static double MeanLatency(ReplicaRun run, IEnumerable<Job> jobs) => jobs.Average(job => run.Traces[job.Id].EndStep!.Value + 1 - job.ArrivalStep);
}
