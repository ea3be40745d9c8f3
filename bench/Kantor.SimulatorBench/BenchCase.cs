using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Simulation;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.SimulatorBench;

/// <summary>A workload at a share of what the fleet can do, and the fleet.</summary>
internal sealed record BenchCase(string Name, IReadOnlyList<TraceRequest> Trace, SimulationOptions Options)
{
    private const int CapacityRequestsPerReplica = 300;

    /// <summary>
    /// Lengths as in the Azure conversation trace of November 2023, lognormal by its means and medians: prompts 1155 and 1020, outputs 211 and
    /// 129 tokens, at most 14,050 and 1,000.
    /// </summary>
    public static WorkloadSpec AzureLike(int requests) => new()
    {
        Requests = requests,
        Arrivals = WorkloadSpec.AtRate(1),
        PromptLength = new LognormalLength(1020, 0.5, 1, 14_050),
        OutputLength = new LognormalLength(129, 0.99, 1, 1000),
    };

    /// <summary>
    /// Lengths as in Mooncake's conversation trace: prompts lognormal with median 6,909 and mean about 12,000, at most 126,195; outputs about
    /// 343; prefixes shared in families, in blocks of 512 tokens.
    /// </summary>
    public static WorkloadSpec MooncakeLike(int requests) => new()
    {
        Requests = requests,
        Arrivals = WorkloadSpec.AtRate(1),
        PromptLength = new LognormalLength(6909, 1.05, 1, 126_195),
        OutputLength = new NormalLength(343, 250, 1, 2000),
        Prefixes = new PrefixFamilies(500, 1, 24),
    };

    /// <summary>The trace with its arrivals as dense as <paramref name="load"/> of the fleet's throughput asks for.</summary>
    public static BenchCase AtLoad(string name, IReadOnlyList<TraceRequest> trace, SimulationOptions options, double load)
    {
        var ratePerS = load * CapacityPerS(trace, options);
        var spanUs = trace[^1].ArrivalUs - trace[0].ArrivalUs;
        var scale = trace.Count / ratePerS * 1e6 / Math.Max(1, spanUs);
        return new BenchCase(name, [.. trace.Select(request => request with { ArrivalUs = (long)(request.ArrivalUs * scale) })], options);
    }

    /// <summary>A fleet of a profile.</summary>
    public static SimulationOptions Fleet(StepTimeProfile profile, IBatchPlanner planner, int replicas, int blockSizeTokens, bool prefixCaching, IReadOnlyList<TraceRequest> trace) => new()
    {
        Planner = planner,
        Router = new RoundRobinRouter(),
        Replicas = replicas,
        Limits = profile.Limits,
        Kv = new KvLedgerOptions { BlocksTotal = profile.KvTokens / blockSizeTokens, BlockSizeTokens = blockSizeTokens, PrefixCaching = prefixCaching },
        StepTime = profile.StepTime,
        NewPredictor = () => new ClassQuantilePredictor(),
        OutputTokensMax = trace.Max(request => request.OutputTokens),
    };

    /// <summary>Requests per second that the fleet completes when its first ones are all there at once.</summary>
    private static double CapacityPerS(IReadOnlyList<TraceRequest> trace, SimulationOptions options)
    {
        var burst = trace.Take(CapacityRequestsPerReplica * options.Replicas).Select(request => request with { ArrivalUs = 0 });
        var result = Simulator.Run([.. burst], options);
        return result.Completed / (result.MakespanUs / 1e6);
    }
}
