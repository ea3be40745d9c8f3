using Kantor.Core.Batching;
using Kantor.Core.Prediction;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Testing.Laws;

/// <summary>The runs that laws are checked on.</summary>
internal static class Workloads
{
    public const int TokensMax = 60;
    public const ulong Seeds = 25;

    /// <summary>A run of these workloads that takes longer never ends.</summary>
    public const int StepsMax = 20_000;

    /// <summary>A run of random requests on a tight pool.</summary>
    public static ReplicaRun Tight(IBatchPlanner planner, ulong seed, IReadOnlyList<Job> jobs)
    {
        var (limits, kv) = Jobs.Tight(seed, TokensMax);
        return new ReplicaRun(planner, limits, kv, jobs, new ClassQuantilePredictor());
    }

    /// <summary>Checks one seed after the other; what is found names the seed.</summary>
    public static void ForEachSeed(ulong seeds, Action<ulong> check)
    {
        for (var seed = 0UL; seed < seeds; seed++)
        {
            try
            {
                check(seed);
            }
            catch (LawBrokenException broken)
            {
                throw new LawBrokenException($"seed {seed}: {broken.Message}");
            }
        }
    }

    /// <summary>No plan was refused or thrown.</summary>
    public static void RequireSoundPlans(ReplicaRun run)
    {
        var counters = run.Scheduler.Counters;
        LawBrokenException.Unless(counters.PlansRefused == 0, () => $"{counters.PlansRefused} of {counters.Steps} plans were refused; the last: {run.Scheduler.LastPlanFault}");
    }
}
