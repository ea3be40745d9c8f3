using Kantor.Bounds.Hindsight;
using Kantor.Core;
using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>No policy beats the hindsight bound; one that did would show a bug in the bound, the simulator or itself.</summary>
public class VolumeBoundTests
{
    public static TheoryData<string> AllPolicies => [.. PolicyCatalogue.PlannerNames];

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_7_no_policy_is_faster_than_the_volume_bound(string policy)
    {
        for (var number = 0; number < 60; number++)
        {
            var (trace, poolTokens) = Draw(number);
            var total = TotalLatency(trace, poolTokens, policy);
            var bound = Bound(trace, poolTokens);
            Assert.True(bound <= total + 1e-6, $"case {number}: {policy} takes {total} rounds in all, the bound says {bound}");
        }

        Assert.True(Bound(Burst, BurstPoolTokens) <= TotalLatency(Burst, BurstPoolTokens, policy));
    }

    [Fact]
    public void The_bound_is_close_where_memory_is_scarce_and_smallest_volume_first_is_closer_than_first_come()
    {
        var bound = Bound(Burst, BurstPoolTokens);
        var (svf, fcfs) = (TotalLatency(Burst, BurstPoolTokens, "svf") / bound, TotalLatency(Burst, BurstPoolTokens, "fcfs") / bound);
        Assert.InRange(svf, 1, 1.8);
        Assert.True(svf < fcfs, $"svf {svf:0.00}, fcfs {fcfs:0.00} times the bound");
    }

    private const int BurstPoolTokens = 6000;

    private static TraceRequest[] Burst
    {
        get
        {
            var random = new RandomStream(3, "burst");
            return [.. Enumerable.Range(0, 300).Select(_ => new TraceRequest(0, 1 + random.NextInt(100), 1 + random.NextInt(200)))];
        }
    }

    private static (TraceRequest[] Trace, int PoolTokens) Draw(int number)
    {
        var random = new RandomStream((ulong)number, "bound");
        var spread = 1 + random.NextInt(60);
        TraceRequest[] trace =
        [
            .. Enumerable.Range(0, 1 + random.NextInt(12)).Select(_ => (Arrival: random.NextInt(spread), Prompt: 1 + random.NextInt(20), Output: 1 + random.NextInt(15)))
                .OrderBy(drawn => drawn.Arrival).Select(drawn => new TraceRequest(drawn.Arrival, drawn.Prompt, drawn.Output)),
        ];
        return (trace, 35 + random.NextInt(40));
    }

    private static double Bound(TraceRequest[] trace, int poolTokens) => LatencyBound.ByMeanBusyTime(UnitRounds.Jobs(trace), poolTokens).TotalRounds;

    private static long TotalLatency(TraceRequest[] trace, int poolTokens, string policy) =>
        UnitRounds.TotalLatency(UnitRounds.Run(trace, poolTokens, PolicyCatalogue.Planner(policy)));
}
