using Kantor.Core.Batching.Policies.Chunked;

namespace Kantor.Core.Tests.Acceptance.Vllm;

/// <summary>The decisions of vLLM's own scheduler, step by step, on 77 workloads.</summary>
public class VllmConformanceTests
{
    private static readonly VllmV1Options Usual = new();

    public static TheoryData<string> Workloads => [.. OracleWorkload.All.Select(workload => workload.Id)];

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Every_step_decides_as_vllm_does(string id)
    {
        var workload = OracleWorkload.Of(id);
        AssertIdentical(workload, workload.Steps, Usual);
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Without_hits_within_a_step_every_step_decides_as_a_vllm_that_registers_blocks_when_they_are_computed(string id)
    {
        var workload = OracleWorkload.Of(id);
        AssertIdentical(workload, workload.Late, Usual with { Rules = Usual.Rules with { HitsWithinStep = false } });
    }

    [Fact]
    public void Each_of_the_options_is_needed_for_identity()
    {
        Assert.NotEmpty(Different(Usual with { Rules = Usual.Rules with { HitsWithinStep = false } }));
        Assert.NotEmpty(Different(Usual with { Rules = Usual.Rules with { ChargesSharedOnce = false } }));
        Assert.NotEmpty(Different(Usual with { Rules = Usual.Rules with { KeepsCopies = false } }));
        Assert.NotEmpty(Different(Usual with { Rules = Usual.Rules with { PinsAdmissionsFirst = true } }));
        Assert.NotEmpty(Different(Usual with { OwnPreemptionEndsPass = false }));
    }

    [Fact]
    public void Pinning_admissions_before_running_requests_allocate_computes_less()
    {
        var pinning = Usual with { Rules = Usual.Rules with { PinsAdmissionsFirst = true } };
        Assert.Equal((88_874, 88_842), (ComputedTokens(Usual), ComputedTokens(pinning)));
    }

    private static List<string> Different(VllmV1Options options) =>
        [.. OracleWorkload.All.Select(workload => new OracleReplay(workload, workload.Steps, options).FirstDifference()).OfType<string>()];

    private static long ComputedTokens(VllmV1Options options) =>
        OracleWorkload.All.Sum(workload => new OracleReplay(workload, workload.Steps, options).ToEnd().Counters.ComputedTokens);

    private static void AssertIdentical(OracleWorkload workload, IReadOnlyList<string> expected, VllmV1Options options)
    {
        var difference = new OracleReplay(workload, expected, options).FirstDifference();
        Assert.True(difference is null, difference);
    }
}
