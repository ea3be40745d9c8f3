using Kantor.Core.Batching;
using Kantor.Simulation.Pools;
using Kantor.Simulation.Replicas;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Replicas;

public class AdapterTests
{
    [Theory]
    [InlineData("fcfs")]
    [InlineData("vllm-v1")]
    [InlineData("svf")]
    public void No_step_holds_more_adapters_than_there_are_slots(string policy)
    {
        var log = new RunLog();
        var trace = Enumerable.Range(0, 12).Select(index => Request(0, 4, 8) with { Adapter = $"a{index % 5}" }).ToArray();
        RunVerified(trace, Options(policy, slots: 2), log);
        foreach (var step in log.Steps) Assert.InRange(step.Slices.Select(slice => slice.Request % 5).Distinct().Count(), 1, 2);
        Assert.Contains(log.Steps, step => step.Slices.Select(slice => slice.Request % 5).Distinct().Count() == 2);
    }

    [Fact]
    public void Vllm_passes_over_an_adapter_without_slot_and_fcfs_waits_for_it()
    {
        var trace = new[] { Request(0, 4, 8) with { Adapter = "a" }, Request(0, 4, 1) with { Adapter = "b" }, Request(0, 4, 1) };
        var passing = RunVerified(trace, Options("vllm-v1", slots: 1)).Records;
        var waiting = RunVerified(trace, Options("fcfs", slots: 1)).Records;
        Assert.True(passing[2].FirstTokenUs < passing[1].FirstTokenUs);
        Assert.True(waiting[2].FirstTokenUs >= waiting[1].FirstTokenUs);
    }

    [Fact]
    public void An_adapter_is_copied_once_while_it_stays_and_again_after_it_gave_way()
    {
        var cost = new AdapterCost { LoadUs = 1000 };
        var stays = Total(cost, "a", "a", "b", "a", "b");
        var givesWay = Total(cost, "a", "b", "c", "a", "b");
        var free = Total(cost with { LoadUs = 0 }, "a", "b", "c", "a", "b");
        Assert.Equal((2000, 5000), (stays - free, givesWay - free));
    }

    [Fact]
    public void A_step_with_an_adapter_is_slower_by_the_factor()
    {
        var cost = new AdapterCost { LoadUs = 0, StepFactor = 1.5 };
        var plain = Step(cost, adapter: null);
        Assert.Equal(plain * 3 / 2, Step(cost, adapter: "a"));
    }

    [Fact]
    public void Cached_KV_of_one_adapter_is_nobody_elses()
    {
        var trace = new[] { Request(0, 8, 1, 1, 2) with { Adapter = "a" }, Request(10_000, 8, 1, 1, 2), Request(20_000, 8, 1, 1, 2) with { Adapter = "a" } };
        // Of 24 prompt tokens only the third request's first block is found: at least one token is computed.
        Assert.Equal(4.0 / 24, RunVerified(trace, Options("fcfs", slots: 2)).PrefixHitRate, 1e-9);
    }

    /// <summary>One request after the other, on two slots.</summary>
    private static long Total(AdapterCost cost, params string[] adapters)
    {
        var trace = adapters.Select((adapter, index) => Request(index * 100_000, 4, 1) with { Adapter = adapter }).ToArray();
        return RunVerified(trace, Options("fcfs", slots: 2) with { Adapters = cost }).Records.Sum(record => record.TtftUs!.Value);
    }

    private static long Step(AdapterCost cost, string? adapter) =>
        RunVerified([Request(0, 4, 1) with { Adapter = adapter }], Options("fcfs", slots: 2) with { Adapters = cost }).Records[0].TtftUs!.Value;

    private static SimulationOptions Options(string policy, int slots)
    {
        var options = Small(planner: Core.PolicyCatalogue.Planner(policy));
        return options with { Limits = options.Limits with { AdaptersMax = slots } };
    }
}
