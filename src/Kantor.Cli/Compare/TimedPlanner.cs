using System.Diagnostics;
using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Reports.Comparisons;
using Kantor.Simulation.Metrics;

namespace Kantor.Cli.Compare;

/// <summary>A planner that is timed: it plans as the one inside, and notes what that took. For one run, on one thread.</summary>
internal sealed class TimedPlanner(IBatchPlanner planner) : DelegatingPlanner(planner)
{
    private readonly DurationHistogram _nanoseconds = new();
    private long _bytes;

    /// <summary>What the plans so far took.</summary>
    public DecisionCost Cost => _nanoseconds.Count == 0
        ? new DecisionCost(0, null, null)
        : new DecisionCost(_nanoseconds.Count, _nanoseconds.PercentileUs(0.99) / 1000.0, (double)_bytes / _nanoseconds.Count);

    /// <inheritdoc/>
    public override void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var (bytes, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        base.Plan(view, state, plan);
        var took = Stopwatch.GetElapsedTime(began);
        _bytes += GC.GetAllocatedBytesForCurrentThread() - bytes;
        _nanoseconds.Add((long)took.TotalNanoseconds);
    }
}
