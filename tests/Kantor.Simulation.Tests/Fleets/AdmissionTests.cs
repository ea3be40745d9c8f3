using Kantor.Core.Admission;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Fleets;

public class AdmissionTests
{
    private static readonly TraceRequest[] Three = [Request(0, 4, 6), Request(10, 4, 6), Request(20, 4, 6)];

    [Fact]
    public void Who_is_refused_ends_once_with_that_reason_and_costs_nothing()
    {
        var policy = new ByHand((request, _) => request.ArrivalUs == 10 ? Verdict.Refuse(RefusalReason.PricedOut) : Verdict.Accept);
        var result = RunVerified(Three, Small() with { Admission = policy });
        Assert.Equal([RequestOutcome.Stopped, RequestOutcome.RefusedPricedOut, RequestOutcome.Stopped], Outcomes(result));
        Assert.Equal((2, 1), (result.Completed, result.Rejected));
        var without = RunVerified([Three[0], Three[2]], Small());
        Assert.Equal(without.Steps, result.Steps);
        Assert.Equal(2, policy.State!.Arrivals);
        Assert.Equal(2, policy.State.Ends);
    }

    [Fact]
    public void Who_is_let_in_with_less_is_cut_there()
    {
        var policy = new ByHand((request, _) => request.ArrivalUs == 10 ? Verdict.Degrade(2) : Verdict.Accept);
        var result = RunVerified(Three, Small() with { Admission = policy });
        Assert.Equal([RequestOutcome.Stopped, RequestOutcome.LengthReached, RequestOutcome.Stopped], Outcomes(result));
        Assert.Equal([6, 2, 6], result.Records.Select(record => record.OutputTokens));
    }

    [Fact]
    public void Who_is_held_is_asked_about_again_and_let_in_once_there_is_room()
    {
        var policy = new ByHand((_, fleet) => fleet.Endpoints[0].Requests > 0 ? Verdict.Hold(fleet.NowUs + 60_000_000) : Verdict.Accept);
        var result = RunVerified(Three, Small() with { Admission = policy });
        Assert.Equal(3, result.Completed);
        var (firsts, ends) = (result.Records.Select(record => record.FirstTokenUs!.Value).ToArray(), result.Records.Select(record => record.LastTokenUs!.Value).ToArray());
        Assert.True(firsts[1] > ends[0] && firsts[2] > ends[1], $"{string.Join(' ', firsts)} {string.Join(' ', ends)}");
        Assert.True(ends[2] < 60_000_000);
    }

    [Fact]
    public void Who_is_held_at_a_time_is_asked_about_at_that_time()
    {
        var policy = new ByHand((request, fleet) => fleet.NowUs < 5_000 ? Verdict.Hold(5_000) : Verdict.Accept);
        var result = RunVerified(Three, Small() with { Admission = policy });
        Assert.Equal(3, result.Completed);
        Assert.All(result.Records, record => Assert.True(record.ScheduledUs >= 5_000));
    }

    [Fact]
    public void A_policy_that_holds_for_ever_or_gives_no_verdict_is_named()
    {
        var forEver = new ByHand((_, fleet) => Verdict.Hold(fleet.NowUs + 1_000_000));
        Assert.Contains("Admission 'by-hand' has held request", Fails(forEver));
        Assert.Contains("Admission 'by-hand' holds until 0 us", Fails(new ByHand((_, _) => Verdict.Hold(0))));
        Assert.Contains("Admission 'by-hand' gives an answer 9 tokens; right are 1 to the 8", Fails(new ByHand((_, _) => Verdict.Degrade(9))));

        static string Fails(ByHand policy) => Assert.Throws<SimulationException>(
            () => Simulator.Run(Three, Small() with { Admission = policy, Fleet = new() { HoldUsMax = 30_000_000 } })).Message;
    }

    [Fact]
    public void A_limit_that_nobody_reaches_changes_nothing_and_one_that_is_reached_refuses()
    {
        TraceRequest[] burst = [.. Enumerable.Range(0, 40).Select(index => Request(index, 8, 4))];
        var all = RunVerified(burst, Small());
        var wide = RunVerified(burst, Small() with { Admission = new QueueLimitAdmission() });
        Assert.Equal(all.Records, wide.Records);
        var narrow = RunVerified(burst, Small() with { Admission = new QueueLimitAdmission(new QueueLimitOptions { WaitingMax = 5 }) });
        Assert.True(narrow.Rejected > 0);
        Assert.Equal(40, narrow.Completed + narrow.Rejected);
        Assert.All(narrow.Records.Where(record => !record.IsCompleted), record => Assert.Equal(RequestOutcome.RefusedQueueFull, record.Outcome));
    }

    private static IEnumerable<RequestOutcome> Outcomes(SimulationResult result) => result.Records.Select(record => record.Outcome!.Value);

    private sealed class ByHand(ByHand.Rule rule) : IAdmission
    {
        public delegate Verdict Rule(RequestFacts request, FleetView fleet);

        public string Name => "by-hand";

        public Counts? State { get; private set; }

        public PolicyState NewState() => State = new Counts();

        public Verdict Judge(RequestFacts request, in FleetView fleet, PolicyState state) => rule(request, fleet);
    }

    private sealed class Counts : PolicyState
    {
        public int Arrivals { get; private set; }

        public int Ends { get; private set; }

        public override void Arrived(RequestFacts request, int slot) => Arrivals++;

        public override void Ended(RequestFacts request, int slot, in RequestEnd end) => Ends++;
    }
}
