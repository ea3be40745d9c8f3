using Kantor.Core.Requests;
using Kantor.OpenAi.Errors;

namespace Kantor.OpenAi.Tests.Errors;

public class OutcomeTableTests
{
    [Fact]
    public void Every_outcome_has_either_a_finish_reason_or_an_error__INV_SRV_1()
    {
        foreach (var outcome in Enum.GetValues<RequestOutcome>())
        {
            var answer = OutcomeTable.Of(outcome);
            Assert.True(answer.FinishReason is null != answer.Error is null, outcome.ToString());
            if (answer.Error is { } error) Assert.InRange(error.Status, 400, 599);
        }
    }

    [Fact]
    public void Only_a_regular_end_is_called_stop_or_length()
    {
        var regular = Enum.GetValues<RequestOutcome>().Where(outcome => OutcomeTable.Of(outcome).FinishReason is not null);
        Assert.Equal([RequestOutcome.Stopped, RequestOutcome.LengthReached], regular);
    }

    [Fact]
    public void Metric_labels_tell_all_outcomes_apart()
    {
        var outcomes = Enum.GetValues<RequestOutcome>();
        Assert.Equal(outcomes.Length, outcomes.Select(outcome => OutcomeTable.Of(outcome).MetricLabel).Distinct().Count());
    }

    [Fact]
    public void A_value_outside_the_enum_is_a_defect_and_says_so() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => OutcomeTable.Of((RequestOutcome)99));
}
