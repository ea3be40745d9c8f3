using Kantor.Bounds.Exact;
using Kantor.Bounds.Facts;
using Kantor.Cli.Scenarios;
using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Simulation;
using Kantor.Simulation.Events;
using Kantor.Simulation.Pools;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Bound;

/// <summary>
/// How tight a bound is, and how good policies are, where both can be told apart: on a few requests at a time of the same trace, so coarse
/// that the best schedule is found exactly. Policies know the lengths there, so that only their decisions are judged.
/// </summary>
/// <param name="Solved">The instances whose best schedule is known.</param>
/// <param name="Tried">How many there were.</param>
/// <param name="Policies">Each policy with its share of the optima, in sum; at most 1. Null where it failed, or reached nothing.</param>
internal sealed record NearestInstances(IReadOnlyList<Tightness> Solved, int Tried, IReadOnlyList<(string Policy, double? Share)> Policies)
{
    private const int Instances = 24;

    /// <summary>The share of the bound that the optima reach, in sum; null where they reach nothing.</summary>
    public double? MeanShare => ProvenBound.Ratio(Solved.Sum(one => one.Optimum), Solved.Sum(one => one.Bound.Value), IsUpper);

    /// <summary>The least share of any instance.</summary>
    public double? LeastShare => Solved.Min(one => one.Share);

    private bool IsUpper => Solved[0].Bound.IsUpper;

    /// <summary>Solves instances and runs policies on them; null when none could be solved.</summary>
    public static NearestInstances? Of(IReadOnlyList<BoundRequest> requests, FleetFacts fleet, Scenario scenario)
    {
        var (term, byArrival) = (scenario.Objective.Terms[0], requests.OrderBy(request => request.ArrivalUs).ToArray());
        var instances = CoarseInstance.Of(byArrival, fleet, scenario.Objective.Slo, Instances, term is LatencyTerm ? 3 : 4);
        Tightness[] solved = [.. instances.AsParallel().AsOrdered().Select(instance => Tightness.Of(instance, term)).OfType<Tightness>()];
        if (solved.Length == 0) return null;
        return new NearestInstances(
            solved, instances.Count,
            [.. scenario.Fleet.Policies.Select(policy => (policy.Label, ShareOf(policy.Policy, solved, term)))]);
    }

    private static double? ShareOf(IBatchPlanner planner, Tightness[] solved, ObjectiveTerm term)
    {
        try
        {
            return ProvenBound.Ratio(
                solved.Sum(one => ValueOf(planner, one.Instance, term)), solved.Sum(one => one.Optimum), solved[0].Bound.IsUpper);
        }
        catch (SimulationException)
        {
            return null;
        }
    }

    private static double ValueOf(IBatchPlanner planner, CoarseInstance instance, ObjectiveTerm term)
    {
        var result = Simulator.Run(
            [.. instance.Requests.Select(request => new TraceRequest(request.ArrivalUs, request.PromptTokens, request.OutputTokens))],
            OptionsOf(planner, instance));
        return term is LatencyTerm { Kind: var kind }
            ? result.Records.Average(record => (kind == LatencyKind.Ttft ? record.TtftUs : record.E2eUs) ?? throw Unserved(planner)) / 1e6
            : result.Totals.WeightWithinSlo;
    }

    private static SimulationException Unserved(IBatchPlanner planner) => new($"{planner.Name} did not serve every request.");

    private static SimulationOptions OptionsOf(IBatchPlanner planner, CoarseInstance instance)
    {
        var outputTokensMax = instance.Requests.Max(request => request.OutputTokens);
        var pool = new ReplicaPool
        {
            Planner = planner,
            Limits = instance.Fleet.Limits,
            Kv = new KvLedgerOptions
            {
                BlocksTotal = (int)Math.Min(int.MaxValue, instance.Fleet.KvTokens),
                BlockSizeTokens = 1,
                PrefixCaching = false,
            },
            StepTime = instance.Fleet.StepTime,
            NewPredictor = () => new NoisyOracle(null, new NoisyOracleOptions()),
        };
        return new SimulationOptions(pool, new RoundRobinRouter(), outputTokensMax)
        {
            Admission = new AcceptAllAdmission(),
            Objective = Objective.Goodput(instance.Slo),
        };
    }
}
