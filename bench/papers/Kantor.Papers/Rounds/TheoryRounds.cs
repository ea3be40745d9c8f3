using Kantor.Bounds.Hindsight;
using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Testing.Runs;

namespace Kantor.Papers.Rounds;

/// <summary>Runs in the rounds of the theory (arXiv 2502.07115, section 2): a step of any content is a round, KV is counted in tokens.</summary>
internal static class TheoryRounds
{
    /// <summary>A run that has not begun. Beliefs are the truth: the class of a job is its length.</summary>
    public static ReplicaRun New(IBatchPlanner planner, IEnumerable<Job> jobs, int poolTokens, int running = 1_000, int stepTokens = 1_000_000) => new(
        planner,
        new BatchLimits { StepTokensMax = stepTokens, RunningMax = running },
        new KvLedgerOptions { BlocksTotal = poolTokens, BlockSizeTokens = 1, PrefixCaching = false },
        jobs,
        new ClassIsLength())
    { Verifies = false };

    public static Job Job(int id, int arrivalRound, int prompt, int output) => Jobs.Plain(id, arrivalRound, prompt, output) with { Class = output };

    /// <summary>Sum of latencies in rounds.</summary>
    public static long TotalLatency(ReplicaRun run, IEnumerable<Job> jobs) =>
        jobs.Sum(job => (long)run.Traces[job.Id].EndStep!.Value + 1 - job.ArrivalStep);

    public static BoundJob[] InTheory(IEnumerable<Job> jobs) =>
        [.. jobs.Select(job => BoundJob.InTheory(job.ArrivalStep, job.Prompt.Count, job.OutputTokens))];

    /// <summary>Total latency of a policy, as a multiple of the exact optimum without preemption, of each instance.</summary>
    /// <exception cref="InvalidOperationException">A policy that preempts nobody is better than the optimum.</exception>
    public static double[] RatiosToOptimum(string policy, IEnumerable<Instance> instances) => [.. instances.Select(instance => RatioToOptimum(policy, instance))];

    private static double RatioToOptimum(string policy, Instance instance)
    {
        var run = New(PolicyCatalogue.Planner(policy), instance.Jobs, instance.PoolTokens).ToEnd();
        var optimum = HindsightOptimum.TotalLatency(InTheory(instance.Jobs), instance.PoolTokens);
        var total = TotalLatency(run, instance.Jobs);
        return run.Scheduler.Counters.Preemptions > 0 || total >= optimum
            ? (double)total / optimum
            : throw new InvalidOperationException($"{policy} takes {total} rounds in all, the optimum {optimum}.");
    }

    private sealed class ClassIsLength : ILengthPredictor
    {
        public string Name => "class-is-length";

        public PolicyState NewState() => new();

        public LengthBelief Predict(in LengthQuery query, PolicyState state)
        {
            var length = Math.Max(query.Request.Class.Value, query.GeneratedTokens + 1);
            return new LengthBelief(length, length);
        }
    }
}
