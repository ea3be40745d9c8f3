using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Simulation.Metrics;

namespace Kantor.Simulation.Tests.Metrics;

public class SloSpecTests
{
    private static readonly RequestRecord Record = new()
    {
        ArrivalUs = 0,
        FirstTokenUs = 1_000_000,
        LastTokenUs = 1_400_000,
        GapUsMax = 300_000,
        OutputTokens = 3,
        Outcome = RequestOutcome.Stopped,
    };

    [Theory]
    [InlineData("ttft=1s", true)]
    [InlineData("ttft=999ms", false)]
    [InlineData("itl=300ms", true)]
    [InlineData("itl=299999us", false)]
    [InlineData("itl-max=299ms", false)]
    [InlineData("tpot=200ms", true)]
    [InlineData("tpot=199ms", false)]
    [InlineData("e2e=1.4s", true)]
    [InlineData("e2e=1.3s", false)]
    [InlineData("ttft=2s, itl=200ms", false)]
    public void Each_objective_judges_its_own_statistic(string text, bool expected)
    {
        Assert.True(SloSpec.TryParse(text, out var slo, out var error), error);
        Assert.Equal(expected, slo.IsMetBy(Record));
    }

    [Fact]
    public void A_request_that_did_not_complete_meets_nothing_and_one_token_has_no_gaps()
    {
        Assert.True(SloSpec.TryParse("itl=1us,tpot=1us", out var slo, out _));
        Assert.False(slo.IsMetBy(Record with { Outcome = RequestOutcome.RefusedNeverFits }));
        Assert.True(slo.IsMetBy(Record with { OutputTokens = 1, GapUsMax = 0, LastTokenUs = 1_000_000 }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ttft")]
    [InlineData("ttft=")]
    [InlineData("ttft=2")]
    [InlineData("ttft=-2s")]
    [InlineData("ttft=0s")]
    [InlineData("ttft=NaNs")]
    [InlineData("ttft=1e9s")]
    [InlineData("ttft=2s,")]
    [InlineData("ttft=2s,ttft=3s")]
    [InlineData("itl=2s,itl-max=3s")]
    [InlineData("tbt=2s")]
    public void What_is_not_an_objective_is_answered_with_what_would_be_right(string text)
    {
        Assert.False(SloSpec.TryParse(text, out _, out var error));
        Assert.True(error.Contains("ttft", StringComparison.Ordinal) || error.Contains("twice", StringComparison.Ordinal), error);
    }

    [Fact]
    public void What_is_printed_can_be_read_again()
    {
        Assert.True(SloSpec.TryParse("e2e=90s,tpot=0.5ms,ttft=2s,itl=200ms", out var slo, out _));
        Assert.True(SloSpec.TryParse(slo.ToString(), out var again, out _));
        Assert.Equal(slo, again);
    }
}
