using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Tests.Replica;

namespace Kantor.Core.Tests.Acceptance.Vllm;

/// <summary>Sixteen requests with 2,048 shared tokens and 128 of their own arrive together and generate 64 tokens each.</summary>
public class SharedPromptTests
{
    private const int Requests = 16;
    private const int Shared = 2048;
    private const int Own = 128;
    private const int Output = 64;

    [Theory]
    [InlineData(40_000)]
    [InlineData(8192)]
    [InlineData(500)]
    public void What_requests_share_is_computed_once_although_all_are_admitted_at_once(int stepTokens) =>
        Assert.Equal(Shared + (Requests * (Own + Output - 1)), Run(stepTokens, hitsWithinStep: true).Scheduler.Counters.ComputedTokens);

    [Theory]
    [InlineData(40_000, Requests)]
    [InlineData(8192, 4)]
    public void Without_hits_within_a_step_everybody_of_the_first_step_computes_it(int stepTokens, int admittedFirst)
    {
        // The last of the first step of 8,192 tokens gets only a part of its prompt; all after it hit what the others have computed.
        var computed = Run(stepTokens, hitsWithinStep: false).Scheduler.Counters.ComputedTokens;
        Assert.Equal((admittedFirst * Shared) + (Requests * (Own + Output - 1)), computed);
    }

    [Fact]
    public void A_step_that_fails_puts_those_back_that_began_with_what_it_was_to_compute_and_loses_nothing__INV_KV_5()
    {
        var run = New(40_000, hitsWithinStep: true);
        run.Arrive();
        Assert.Equal(Requests, run.Plan().Length);
        run.Scheduler.AbandonStep();
        run.Scheduler.Verify();
        Assert.Equal((1, Requests - 1), (run.Scheduler.RunningCount, run.Scheduler.WaitingCount));
        AssertAllEnd(run);
    }

    [Fact]
    public void A_slice_that_fails_alone_takes_those_with_it_that_began_with_what_it_was_to_compute__INV_KV_5()
    {
        var run = New(40_000, hitsWithinStep: true);
        run.Arrive();
        run.Scheduler.AbandonSlice(run.Plan()[0].Row);
        Assert.True(run.Scheduler.Slices.IsEmpty);
        run.Scheduler.Verify();
        AssertAllEnd(run);
    }

    [Fact]
    public void A_slice_on_which_nobody_founds_fails_alone__INV_KV_5()
    {
        var run = New(40_000, hitsWithinStep: true);
        run.Arrive();
        run.Scheduler.AbandonSlice(run.Plan()[^1].Row);
        Assert.Equal(Requests - 1, run.Scheduler.Slices.Length);
        run.Scheduler.Verify();
    }

    private static void AssertAllEnd(ReplicaRun run)
    {
        run.ToEnd();
        Assert.All(run.Traces.Values, trace => Assert.Equal(RequestOutcome.LengthReached, trace.Outcome));
        Assert.Equal(Shared + (Requests * (Own + Output - 1)), run.Scheduler.Counters.ComputedTokens);
    }

    private static ReplicaRun Run(int stepTokens, bool hitsWithinStep) => New(stepTokens, hitsWithinStep).ToEnd();

    private static ReplicaRun New(int stepTokens, bool hitsWithinStep)
    {
        var usual = new VllmV1Options();
        var planner = new VllmV1Planner(usual with { Rules = usual.Rules with { HitsWithinStep = hitsWithinStep } });
        var limits = new BatchLimits { StepTokensMax = stepTokens, RunningMax = 64 };
        var kv = new KvLedgerOptions { BlocksTotal = 4096, BlockSizeTokens = 16 };
        var jobs = Enumerable.Range(0, Requests).Select(id => new Job(id, 0, Prompt(id), Output, Output));
        return new ReplicaRun(planner, limits, kv, jobs) { Verifies = false };
    }

    private static int[] Prompt(int id) => [.. Enumerable.Range(0, Shared), .. Enumerable.Range(10_000 + (id * Own), Own)];
}
