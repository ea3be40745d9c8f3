using Kantor.Bounds.Goodput;
using Kantor.Core.Batching;
using Kantor.Core.Randomness;
using Kantor.Core.StepTime;
using Kantor.Tests.Shared;

namespace Kantor.Bounds.Tests.Goodput;

public class StepMinorantTests
{
    private static readonly BatchLimits Limits = new() { StepTokensMax = 512, RunningMax = 128 };

    [Theory]
    [InlineData(0, 100, 1)]
    [InlineData(8_000, 100, 1)]
    [InlineData(8_000, 1, 50)]
    public void Nowhere_is_it_above_a_step_of_a_linear_model(double fixedUs, double promptShare, double decodeShare)
    {
        var model = new LinearStepTime(fixedUs, 90, 60, 0.05);
        var minorant = StepMinorant.Of(model, Limits, promptShare, decodeShare);
        NowhereAbove(model, minorant, load => load.ResidentKvTokens * minorant.KvTokenUs);
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(1, 1)]
    [InlineData(1, 50)]
    public void Nowhere_is_it_above_a_step_of_a_model_with_a_knee_and_half_of_it_is_proved_at_least(double promptShare, double decodeShare)
    {
        var model = new Knee();
        var minorant = StepMinorant.Of(model, Limits, promptShare, decodeShare);
        NowhereAbove(model, minorant, _ => 0);
        Assert.True(
            (minorant.PrefillTokenUs * 512 >= 0.8 * model.StepUs(new StepLoad(512, 0, 0, 0))) || minorant.DecodeTokenUs * 128 >= 0.8 * model.StepUs(new StepLoad(0, 128, 0, 0)));
    }

    [Fact]
    public void The_decodes_of_an_answer_in_pieces_are_those_of_the_whole()
    {
        var minorant = new StepMinorant(1, 10, 0.5);
        Assert.Equal(minorant.DecodeUs(100, 1, 50), minorant.DecodeUs(100, 1, 20) + minorant.DecodeUs(100, 20, 50), 9);
        // Tokens 1 and 2 read the prompt, and the prompt and one token.
        Assert.Equal(20 + (0.5 * (100 + 101)), minorant.DecodeUs(100, 1, 3), 9);
    }

    private static void NowhereAbove(IStepTimeModel model, StepMinorant minorant, Func<StepLoad, double> kv)
    {
        TestSeed.Run(0, seed =>
        {
            var random = new RandomStream(seed, "loads");
            for (var turn = 0; turn < 20_000; turn++)
            {
                var decodes = random.NextInt(129);
                var prompts = random.NextInt(512 - decodes + 1);
                var load = new StepLoad(prompts, decodes, random.NextInt(100_000), 0);
                if (load.IsEmpty) continue;
                var claimed = (minorant.PrefillTokenUs * prompts) + (minorant.DecodeTokenUs * decodes) + kv(load);
                Assert.True(claimed <= model.StepUs(load) * (1 + 1e-9), $"{load}: {claimed} us of {model.StepUs(load)}");
            }
        });
    }

    /// <summary>Memory bound up to a number of tokens, compute bound beyond.</summary>
    private sealed class Knee : IStepTimeModel
    {
        public double StepUs(in StepLoad load) => load.IsEmpty ? 0
            : Math.Max(9_000 + (20 * load.DecodeSequences), 50.0 * (load.PrefillTokens + load.DecodeSequences)) + (0.01 * load.ResidentKvTokens);
    }
}
