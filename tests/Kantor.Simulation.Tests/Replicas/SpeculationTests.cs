using Kantor.Core.StepTime;
using Kantor.Simulation.Pools;
using Kantor.Simulation.Replicas;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Replicas;

public class SpeculationTests
{
    [Theory]
    [InlineData(1, 0.8)]
    [InlineData(4, 0.7)]
    [InlineData(8, 0.5)]
    public void Tokens_per_step_are_those_of_the_formula(int drafts, double rate)
    {
        const int Output = 20_000;
        var speculation = new Speculation { DraftTokens = drafts, AcceptanceRate = rate };
        var result = RunVerified([Request(0, 8, Output)], Options(Output, speculation), new RunLog { ProvesBooks = false });
        Assert.InRange((Output - 1.0) / (result.Steps - 1) / speculation.TokensPerStep, 0.98, 1.02);
    }

    [Fact]
    public void When_every_guess_is_right_a_step_yields_them_all_and_when_none_is_one_token()
    {
        var all = RunVerified([Request(0, 8, 41)], Options(41, new Speculation { DraftTokens = 3, AcceptanceRate = 1 }));
        var none = RunVerified([Request(0, 8, 41)], Options(41, new Speculation { DraftTokens = 3, AcceptanceRate = 0 }));
        Assert.Equal((11L, 41L), (all.Steps, none.Steps));
    }

    [Fact]
    public void No_answer_grows_beyond_its_length_and_no_guess_is_checked_beyond_the_declared_output()
    {
        var log = new RunLog();
        var result = RunVerified([Request(0, 8, 7)], Options(7, new Speculation { DraftTokens = 8, AcceptanceRate = 1 }), log);
        Assert.Equal(7, result.Records[0].OutputTokens);
        // After the first token six are missing: the newest one and five guesses give them.
        Assert.Equal([8, 6], log.Steps.Select(step => step.Slices.Sum(slice => slice.Tokens)));
    }

    [Fact]
    public void A_step_pays_for_the_guesses_it_checks_and_for_making_them()
    {
        var plain = RunVerified([Request(0, 8, 3)], Options(3, null)).MakespanUs;
        var guessing = RunVerified([Request(0, 8, 3)], Options(3, new Speculation { DraftTokens = 1, AcceptanceRate = 0, DraftUs = 7 })).MakespanUs;
        // The second of three tokens has room for one guess, the last for none: one more row of 1 us, one draft of 7 us.
        Assert.Equal(8, guessing - plain);
    }

    private static SimulationOptions Options(int outputTokensMax, Speculation? speculation) =>
        Small(blocks: 10_000, outputTokensMax: outputTokensMax) with { Speculation = speculation, StepTime = new LinearStepTime(100, 10, 1, 0) };
}
