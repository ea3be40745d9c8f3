using Kantor.Core.Batching;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Generators;

namespace Kantor.Papers.Replicas;

/// <summary>What Sarathi-Serve's evaluation judges by: first tokens, gaps between tokens (TBT), and the median scheduling delay in microseconds.</summary>
internal sealed record ChunkedFigures(LatencySummary Ttft, LatencySummary Tbt, double DelayP50Us)
{
    public static ChunkedFigures Of(WorkloadSpec workload, IBatchPlanner planner, int stepTokensMax, ulong seed)
    {
        var result = Yi34B.Run(WorkloadGenerator.Draw(workload, seed), Yi34B.Options(planner, stepTokensMax));
        return new ChunkedFigures(LatencySummary.Of(result.Totals.Ttft)!, LatencySummary.Of(result.Gaps)!, result.Totals.QueueingDelay.PercentileUs(0.5)!.Value);
    }

    /// <summary>Largest rate, to 2 %, with the P99 TBT within its limit and a median scheduling delay of at most 2 s.</summary>
    public static double CapacityRps(WorkloadSpec workload, Func<IBatchPlanner> planner, int stepTokensMax, double tbtMsMax, ulong seed)
    {
        var (low, high) = (0.02, 3.0);
        while (high / low > 1.02)
        {
            var rate = Math.Sqrt(low * high);
            var figures = Of(workload with { Arrivals = new PoissonArrivals(rate) }, planner(), stepTokensMax, seed);
            if (figures.Tbt.P99Ms <= tbtMsMax && figures.DelayP50Us <= 2_000_000) low = rate;
            else high = rate;
        }

        return low;
    }
}
