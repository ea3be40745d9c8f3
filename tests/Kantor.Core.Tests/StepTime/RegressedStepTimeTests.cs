using Kantor.Core.StepTime;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.StepTime;

public class RegressedStepTimeTests
{
    private static readonly IStepTimeModel Mistral = PrebleProfiles.Mistral7BA6000.StepTime;

    [Theory]
    [InlineData(100, 0, 22 + 0.32)]
    [InlineData(200, 0, -118 + (1.25 * 200) - (2.56e-3 * 200 * 200) + 0.32)]
    [InlineData(512, 0, (0.10842571 * 512) + 4.209777 + 0.32)]
    [InlineData(2048, 0, (0.10842571 * 2048) + 4.209777 + 0.159 + (1.86e-4 * 2048) + (1.13e-3 * 2048) + (1.75e-3 * 2048) + (2.19e-6 * 2048 * 2048))]
    [InlineData(512, 3584, (0.10842571 * 512) + 4.209777 + 0.159 + (1.86e-4 * 4096) + (1.13e-3 * 512) + (1.75e-3 * 4096) + (2.19e-6 * 512 * 4096))]
    public void A_prompt_of_mistral_takes_what_the_published_regression_gives(int tokens, int context, double ms) =>
        Assert.InRange(Mistral.StepUs(default(StepLoad).With(tokens, context, isDecode: false)) / 1e3 * 0.9 / ms, 0.995, 1.005);

    [Fact]
    public void Decodes_of_mistral_take_what_the_published_regression_gives() =>
        Assert.InRange(Mistral.StepUs(new StepLoad(0, 50, 50_000, 0)) / 1e3 * 0.9 / (22 + 0.159 + (1.86e-4 * 50_050)), 0.9999, 1.0001);

    [Theory]
    [InlineData("llama-3-70b-h100-tp2", 18.67, 0.0799, 2.685e-3, 7.44e-7)]
    [InlineData("llama-3-70b-a100-tp2", 28.93, 0.182, 4.0e-3, 2.55e-6)]
    public void Prompts_of_llama_take_what_the_published_regression_gives(string profile, double fixedMs, double tokenMs, double contextMs, double pairMs)
    {
        var model = StepTimeProfiles.Find(profile).StepTime;
        foreach (var (tokens, context) in new[] { (100, 0), (3000, 0), (512, 6000) })
        {
            var ms = fixedMs + (tokenMs * tokens) + (contextMs * (tokens + context)) + (pairMs * tokens * (tokens + context));
            Assert.InRange(model.StepUs(default(StepLoad).With(tokens, context, isDecode: false)) / 1e3 / ms, 0.998, 1.002);
        }
    }

    [Fact]
    public void Pairs_are_exact_for_one_chunk_and_for_whole_prompts()
    {
        Assert.Equal(200.0 * 1200, default(StepLoad).With(200, 1000, isDecode: false).PrefillPairs);
        Assert.Equal((200.0 * 200) + (300.0 * 300), default(StepLoad).With(200, 0, false).With(300, 0, false).PrefillPairs);
        var two = default(StepLoad).With(200, 1000, false).With(300, 500, false);
        Assert.InRange(two.PrefillPairs, (200.0 * 1200) + (300.0 * 800), 1.5 * ((200.0 * 1200) + (300.0 * 800)));
    }

    [Fact]
    public void Chunks_and_decodes_read_their_own_part_of_the_resident_tokens()
    {
        var load = default(StepLoad).With(100, 700, isDecode: false).With(1, 40, isDecode: true).With(1, 60, isDecode: true);
        Assert.Equal((800, 700, 100), (load.ResidentKvTokens, load.PrefillKvTokens, load.DecodeKvTokens));
    }
}
