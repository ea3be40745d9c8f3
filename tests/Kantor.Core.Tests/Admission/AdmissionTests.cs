using Kantor.Core.Admission;
using Kantor.Core.Requests;
using Kantor.Core.Routing;

namespace Kantor.Core.Tests.Admission;

public class AdmissionTests
{
    private static readonly RequestFacts Asked = new() { Id = default, PromptTokens = 10, OutputTokensMax = 100, ArrivalUs = 0 };

    [Theory]
    [InlineData(0, 0, 0, 1, true)]
    [InlineData(0, 0, 0, 0, false)]
    [InlineData(2, 3, 0, 6, true)]
    [InlineData(2, 3, 1, 6, false)]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue, 10_000_000, false)]
    public void A_queue_limit_counts_who_waits_anywhere(int waitingHere, int waitingThere, int outside, int most, bool isLetIn)
    {
        var policy = new QueueLimitAdmission(new QueueLimitOptions { WaitingMax = most });
        EndpointView[] endpoints = [new(waitingHere, 50, 0, 9) { Replica = 0 }, new(waitingThere, 50, 0, 9) { Replica = 1 }];
        var verdict = policy.Judge(Asked, new FleetView { Endpoints = endpoints, WaitingOutside = outside, NowUs = 0 }, policy.NewState());
        Assert.Equal(isLetIn ? Verdict.Accept : Verdict.Refuse(RefusalReason.QueueFull), verdict);
    }

    [Fact]
    public void Every_reason_has_an_outcome_of_its_own_that_is_a_refusal()
    {
        var outcomes = Enum.GetValues<RefusalReason>().Select(Refusals.OutcomeOf).ToArray();
        Assert.Equal(outcomes.Length, outcomes.Distinct().Count());
        Assert.Equal(Enum.GetValues<RequestOutcome>().Where(outcome => outcome.IsRefusal() && outcome != RequestOutcome.RefusedByPolicy).Order(), outcomes.Order());
        Assert.Throws<ArgumentOutOfRangeException>(() => Refusals.OutcomeOf((RefusalReason)99));
    }

    [Fact]
    public void A_verdict_that_is_none_says_why()
    {
        Assert.Null(Verdict.Accept.FaultFor(100, 5));
        Assert.Null(Verdict.Hold(6).FaultFor(100, 5));
        Assert.Contains("it is 5 us", Verdict.Hold(5).FaultFor(100, 5));
        Assert.Null(Verdict.Degrade(100).FaultFor(100, 5));
        Assert.Contains("1 to the 100", Verdict.Degrade(101).FaultFor(100, 5));
        Assert.Contains("1 to the 100", Verdict.Degrade(0).FaultFor(100, 5));
        Assert.Contains("no reason", Verdict.Refuse((RefusalReason)99).FaultFor(100, 5));
    }

    [Theory]
    [InlineData("accept-all", "accept-all")]
    [InlineData("queue-limit", "queue-limit")]
    [InlineData("queue-limit:waiting-max=7", "queue-limit:waiting-max=7")]
    public void The_catalogue_makes_them_by_name(string typed, string name) => Assert.Equal(name, PolicyCatalogue.BuiltIn.Admissions.Make(typed).Name);
}
