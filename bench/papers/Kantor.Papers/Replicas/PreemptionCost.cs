using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Replica;
using Kantor.Simulation.Events;
using Kantor.Workloads.Traces;

namespace Kantor.Papers.Replicas;

/// <summary>
/// What a run took: end to end, on the GPU, in tokens computed again, and how often the worst-off request and those of long prompts were
/// preempted.
/// </summary>
internal sealed record PreemptionCost(double MakespanS, double BusyS, long RecomputedTokens, int PreemptionsMost, int LongPreemptions)
{
    public static PreemptionCost Of(
        IReadOnlyList<TraceRequest> trace, IBatchPlanner planner, int poolTokens, int stepTokensMax = 2048, int longPromptTokensMin = int.MaxValue)
    {
        var watch = new Watch();
        var result = Yi34B.Run(trace, Yi34B.Options(planner, stepTokensMax) with
        {
            Limits = new BatchLimits { StepTokensMax = stepTokensMax, RunningMax = 4096 },
            Kv = new KvLedgerOptions { BlocksTotal = poolTokens / 16, BlockSizeTokens = 16, PrefixCaching = false },
            StepTime = new ContextStepTime(),
            OutputTokensMax = 4000,
        }, watch);
        var longPreemptions = watch.LongPreemptions(trace, longPromptTokensMin);
        return new PreemptionCost(result.MakespanUs / 1e6, watch.BusyUs / 1e6, result.RecomputedTokens, watch.PreemptionsMost, longPreemptions);
    }

    public override string ToString() => FormattableString.Invariant($"{MakespanS:0} s, {RecomputedTokens} tokens recomputed, at most {PreemptionsMost} preemptions of one");

    private sealed class Watch : SimulationObserver
    {
        private readonly Dictionary<long, int> _preemptions = [];

        public long BusyUs { get; private set; }

        public int PreemptionsMost => _preemptions.Count == 0 ? 0 : _preemptions.Values.Max();

        public int LongPreemptions(IReadOnlyList<TraceRequest> trace, int promptTokensMin) =>
            _preemptions.Where(entry => trace[(int)entry.Key].PromptTokens >= promptTokensMin).Sum(entry => entry.Value);

        public override void StepBegan(int replica, ReplicaScheduler scheduler, long nowUs, long durationUs)
        {
            BusyUs += durationUs;
            foreach (var row in scheduler.Preempted)
            {
                var id = scheduler.Spec(row).Id.Value;
                _preemptions[id] = _preemptions.GetValueOrDefault(id) + 1;
            }
        }

        public override void StepsRepeated(int replica, ReplicaScheduler scheduler, ReadOnlySpan<long> endsUs) => BusyUs += endsUs[^1] - endsUs[0];
    }
}
