using FsCheck;
using FsCheck.Fluent;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.StepTime;

public class DistServeStepTimeTests
{
    private static readonly DistServeStepTime Steps = (DistServeStepTime)OptProfiles.Of("opt-13b", 1).StepTime;

    [Fact]
    public void Within_one_set_of_coefficients_more_of_anything_never_takes_less_time()
    {
        var loads = from prefill in Gen.Choose(0, 3000)
                    from decodes in Gen.Choose(0, 300)
                    from resident in Gen.Choose(0, 100_000)
                    from attention in Gen.Choose(0, 10_000_000)
                    select new StepLoad(prefill, decodes, resident, attention);
        Prop.ForAll(loads.ToArbitrary(), load =>
        {
            var us = Steps.StepUs(load);
            return us <= Steps.StepUs(load with { PrefillTokens = load.PrefillTokens + 1 })
                && (load.DecodeSequences == Steps.SmallBatchMax || us <= Steps.StepUs(load with { DecodeSequences = load.DecodeSequences + 1 }))
                && us <= Steps.StepUs(load with { ResidentKvTokens = load.ResidentKvTokens + 1 })
                && us <= Steps.StepUs(load with { PrefillAttention = load.PrefillAttention + 1 });
        }).Holds();
    }

    [Fact]
    public void Where_the_published_coefficients_change_one_more_decode_takes_less_time()
    {
        var small = new StepLoad(0, Steps.SmallBatchMax, 60_000, 0);
        Assert.True(Steps.StepUs(small) > Steps.StepUs(small with { DecodeSequences = small.DecodeSequences + 1 }));
    }

    [Fact]
    public void A_chunk_reads_its_context_in_its_attention_and_not_again_as_decodes_do()
    {
        var chunk = default(StepLoad).With(200, 300, isDecode: false);
        var first = default(StepLoad).With(300, 0, isDecode: false);
        var whole = default(StepLoad).With(500, 0, isDecode: false);
        var fixedUs = Steps.Prefill.FixedUs + 1000;
        Assert.Equal(Steps.StepUs(whole), Steps.StepUs(chunk) + Steps.StepUs(first) - fixedUs, 1e-6);
        Assert.Equal(Steps.StepUs(chunk) + (Steps.Prefill.TokenUs * 2) + (Steps.Decode.KvTokenUs * 900), Steps.StepUs(chunk.With(1, 400, true).With(1, 500, true)), 1e-6);
    }

    [Fact]
    public void A_split_that_was_not_published_is_answered_with_those_that_were()
    {
        Assert.Contains("opt-13b with 1, 2, 4", Assert.Throws<ArgumentException>(() => OptProfiles.Of("opt-13b", 3)).Message);
        Assert.Throws<ArgumentException>(() => OptProfiles.Of("opt-13b", 1, 3));
    }
}
