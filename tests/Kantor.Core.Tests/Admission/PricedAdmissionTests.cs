using Kantor.Core.Admission;
using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Admission;

public class PricedAdmissionTests
{
    // 20 us a prompt token beside 1 ms a step.
    private static readonly IStepTimeModel StepTime = new LinearStepTime(1_000, 20, 10, 0);

    [Fact]
    public void Below_saturation_all_are_let_in()
    {
        var (policy, fleet) = (new PricedAdmission(), Fleet(queued: 100));
        var state = policy.NewState();
        for (var id = 0; id < 50; id++) Assert.Equal(Verdict.Accept, policy.Judge(Asked(id, 500), fleet.View(policy.Reads), state));
    }

    [Fact]
    public void Who_would_be_late_even_alone_is_refused_with_that_reason() =>
        Assert.Equal(Verdict.Refuse(RefusalReason.DeadlineMissed), Judge(Fleet(queued: 0), Asked(0, 10_000)));

    [Fact]
    public void Who_finds_no_room_in_time_is_priced_out() =>
        Assert.Equal(Verdict.Refuse(RefusalReason.PricedOut), Judge(Fleet(queued: 1_000_000), Asked(0, 100)));

    [Fact]
    public void While_small_ones_are_turned_away_a_large_one_is_worth_less_than_it_costs()
    {
        var policy = new PricedAdmission();
        var (state, full, halfFull) = (policy.NewState(), Fleet(queued: 1_000_000), Fleet(queued: 100));
        for (var id = 0; id < 40; id++) policy.Judge(Asked(id, 20), full.View(policy.Reads), state);
        Assert.Equal(Verdict.Refuse(RefusalReason.PricedOut), policy.Judge(Asked(41, 3_000), halfFull.View(policy.Reads), state));
        Assert.Equal(Verdict.Accept, policy.Judge(Asked(42, 20), halfFull.View(policy.Reads), state));
    }

    [Fact]
    public void Requests_without_a_limit_are_let_in()
    {
        var fleet = new FleetBuilder { StepTime = StepTime };
        fleet.Add(queuedTokens: 1_000_000);
        Assert.Equal(Verdict.Accept, Judge(fleet, Asked(0, 100)));
    }

    private static Verdict Judge(FleetBuilder fleet, RequestFacts request)
    {
        var policy = new PricedAdmission();
        return policy.Judge(request, fleet.View(policy.Reads), policy.NewState());
    }

    private static FleetBuilder Fleet(long queued)
    {
        Assert.True(Objective.TryParse("goodput(ttft=100ms)", out var objective, out _));
        var fleet = new FleetBuilder { StepTime = StepTime, ServiceClasses = objective.Classes };
        fleet.Add(queuedTokens: queued);
        return fleet;
    }

    private static RequestFacts Asked(long id, int prompt) =>
        new() { Id = new RequestId(id), PromptTokens = prompt, OutputTokensMax = 8, ArrivalUs = 0 };
}
