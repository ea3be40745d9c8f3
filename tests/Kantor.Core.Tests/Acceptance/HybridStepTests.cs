using Kantor.Core.StepTime;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Acceptance;

/// <summary>Sarathi-Serve, arXiv 2403.02310: what makes chunked prefill with piggy-backed decodes worth it (research notes, scheduling 5e).</summary>
public class HybridStepTests
{
    private static readonly IStepTimeModel Yi = StepTimeProfiles.Yi34BA100Tp2.StepTime;

    [Fact]
    public void Three_decodes_in_a_prefill_step_of_1024_tokens_change_it_by_less_than_half_a_percent()
    {
        var hybrid = Yi.StepUs(new StepLoad(1021, 3, 0, 1021.0 * 1021));
        var prefill = Yi.StepUs(new StepLoad(1024, 0, 0, 1024.0 * 1024));
        Assert.InRange(hybrid / prefill, 0.995, 1.005);
    }

    [Fact]
    public void A_decode_token_in_a_hybrid_step_is_forty_times_cheaper_than_alone()
    {
        var aloneUs = Yi.StepUs(new StepLoad(0, 4, 0, 0)) / 4;
        var hybridUs = (Yi.StepUs(new StepLoad(1021, 3, 0, 1021.0 * 1021)) - Yi.StepUs(new StepLoad(1021, 0, 0, 1021.0 * 1021))) / 3;
        Assert.True(aloneUs >= 40 * hybridUs, $"alone {aloneUs} us, hybrid {hybridUs} us");
    }
}
