using Kantor.Core.Batching;
using Kantor.Core.Replica;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Testing.Laws;

/// <summary>A plan depends on the view and the state, and on nothing that the planner itself remembers.</summary>
public static class DeterminismLaws
{
    /// <summary>The same work gives the same steps.</summary>
    public static void SameWorkGivesSameSteps(IBatchPlanner planner)
    {
        var jobs = Jobs.Random(5, 60, Workloads.TokensMax);
        RequireSame(Steps(Workloads.Tight(planner, 5, jobs)), Steps(Workloads.Tight(planner, 5, jobs)), "a second time");
    }

    /// <summary>Two replicas that share the planner, step by step in turn, do what each does alone.</summary>
    public static void ReplicasMayShareIt(IBatchPlanner planner)
    {
        var (left, right) = (Jobs.Random(7, 40, Workloads.TokensMax), Jobs.Random(8, 40, Workloads.TokensMax));
        var (alone, beside) = (Steps(Workloads.Tight(planner, 7, left)), new List<StepSlice>());
        var (run, other) = (Workloads.Tight(planner, 7, left), Workloads.Tight(planner, 8, right));
        while (!run.IsOver)
        {
            if (!other.IsOver) Advance(other);
            beside.AddRange(Advance(run));
        }

        RequireSame(alone, beside, "beside another replica");
    }

    private static List<StepSlice> Steps(ReplicaRun run)
    {
        var slices = new List<StepSlice>();
        while (!run.IsOver) slices.AddRange(Advance(run));
        return slices;
    }

    private static StepSlice[] Advance(ReplicaRun run)
    {
        LawBrokenException.Unless(run.Step < Workloads.StepsMax, $"not over after {Workloads.StepsMax} steps");
        return run.Advance();
    }

    private static void RequireSame(List<StepSlice> expected, List<StepSlice> found, string when)
    {
        var at = 0;
        while (at < Math.Min(expected.Count, found.Count) && expected[at] == found[at]) at++;
        LawBrokenException.Unless(
            at == expected.Count && at == found.Count,
            () => $"slice {at} differs {when}: {(at < expected.Count ? expected[at] : "none")} and {(at < found.Count ? found[at] : "none")}");
    }
}
