using FsCheck;
using FsCheck.Fluent;
using Kantor.Core.StepTime;

namespace Kantor.Core.Tests.StepTime;

public class ComposedStepTimeTests
{
    private static readonly ComposedStepTime Dense = Model(groups: 1, experts: false);
    private static readonly ComposedStepTime Shared = Model(groups: 2, experts: true);

    [Fact]
    public void An_empty_step_takes_no_time() => Assert.Equal(0, Dense.StepUs(default));

    [Fact]
    public void More_of_anything_never_takes_less_time() => Prop.ForAll(
        Gen.Choose(0, 4000).Four().ToArbitrary(),
        amounts =>
        {
            var (prefill, decodes, resident, attention) = amounts;
            var load = new StepLoad(prefill, decodes % 300, 50L * resident, 1000.0 * attention);
            var us = Shared.StepUs(load);
            return Shared.StepUs(load with { PrefillTokens = load.PrefillTokens + 1 }) >= us
                && Shared.StepUs(load with { DecodeSequences = load.DecodeSequences + 1 }) >= us
                && Shared.StepUs(load with { ResidentKvTokens = load.ResidentKvTokens + 997 }) >= us
                && Shared.StepUs(load with { PrefillAttention = load.PrefillAttention + 9973 }) >= us;
        }).Holds();

    [Fact]
    public void Evaluation_allocates_nothing()
    {
        var load = new StepLoad(512, 64, 100_000, 1e6);
        var (sum, decodes) = (0.0, 0);
        AllocationGate.Check("a step time", () => sum += Dense.StepUs(load with { DecodeSequences = decodes++ }), runs: 1000);
        Assert.True(sum > 0);
    }

    [Fact]
    public void Host_work_hides_behind_the_device_only_where_the_engine_overlaps_them()
    {
        var load = new StepLoad(0, 8, 8000, 0);
        var device = (Dense with { HostUs = 0, HostSequenceUs = 0 }).StepUs(load);
        Assert.Equal(device + 50 + 8, (Dense with { HostUs = 50, HostSequenceUs = 1 }).StepUs(load), 1e-9);
        Assert.Equal(device, (Dense with { HostUs = 50, HostSequenceUs = 1, HostOverlaps = true }).StepUs(load), 1e-9);
        Assert.Equal(1e6, (Dense with { HostUs = 1e6, HostOverlaps = true }).StepUs(load), 1e-9);
    }

    [Fact]
    public void Groups_with_equal_loads_step_like_one_that_knows_of_the_others()
    {
        var load = new StepLoad(300, 20, 30_000, 90_000);
        Assert.Equal(Shared.StepUs(load), Shared.LockstepUs([load, load]), 1e-9);
    }

    [Fact]
    public void A_group_waits_for_the_slowest()
    {
        var chunk = new StepLoad(2048, 0, 0, 4e6);
        var decodes = new StepLoad(0, 16, 16_000, 0);
        var together = Shared.LockstepUs([chunk, decodes]);
        Assert.True(together > Shared.LockstepUs([chunk, default]));
        Assert.True(together > 2 * Shared.LockstepUs([default, decodes]));
        Assert.Equal(0, Shared.LockstepUs([default, default]));
    }

    private static ComposedStepTime Model(int groups, bool experts) => new()
    {
        TokensUs = new TokenTable(tokens => 500 + (2.0 * tokens), 8192),
        ExpertsUs = experts ? new TokenTable(tokens => 300 + (3.0 * tokens), 16384) : null,
        Groups = groups,
        SampledUs = new TokenTable(rows => 100 + rows, 1024),
        DecodeAttentionUs = new OctaveGrid((sequences, kv) => 20 + sequences + (0.01 * kv), 14, 28),
        MixedDecodeAttentionUs = new OctaveGrid((sequences, kv) => 25 + sequences + (0.02 * kv), 14, 28),
        PrefillAttentionUs = new OctaveGrid((tokens, attention) => 30 + (0.0001 * attention), 18, 40),
    };
}
