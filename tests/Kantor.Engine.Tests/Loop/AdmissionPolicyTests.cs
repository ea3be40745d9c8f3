using Kantor.Core.Admission;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Engine.Backends.Scripted;

namespace Kantor.Engine.Tests.Loop;

public class AdmissionPolicyTests
{
    private static ScriptedBackendOptions Small => new() { KvTokensTotal = 400, ContextTokensMax = 80, EndsOneIn = null };

    [Fact]
    public void Who_is_refused_gets_that_outcome_and_neighbours_go_on()
    {
        var bench = Bench((request, _) => request.Priority > 0 ? Verdict.Refuse(RefusalReason.Shedding) : Verdict.Accept);
        var refused = bench.Submit(EngineBench.Request("one") with { Priority = 1 });
        var served = bench.Submit(EngineBench.Request("two"));
        bench.Run(refused, served);
        Assert.Equal((RequestOutcome.RefusedShedding, RequestOutcome.LengthReached), (refused.Outcome, served.Outcome));
        Assert.Contains("by-hand", refused.Finish.Message);
        Assert.Equal(EngineBench.Alone(EngineBench.Request("two"), Small).Text, served.Text);
    }

    [Fact]
    public void Who_is_let_in_with_less_gets_the_beginning_of_the_answer()
    {
        var bench = Bench((_, _) => Verdict.Degrade(3));
        var answer = bench.Submit(EngineBench.Request("one") with { Choices = 2 });
        bench.Run(answer);
        Assert.Equal(RequestOutcome.LengthReached, answer.Outcome);
        Assert.Equal(3, answer.Finish.GeneratedTokens);
    }

    [Fact]
    public void Who_is_held_starts_when_the_engine_is_free_and_others_wait_for_nobody()
    {
        var bench = Bench((request, fleet) => request.Priority > 0 && fleet.Endpoints[0].Requests > 0 ? Verdict.Hold(fleet.NowUs + 50_000_000) : Verdict.Accept);
        var first = bench.Submit(EngineBench.Request("one"));
        bench.Turn();
        var held = bench.Submit(EngineBench.Request("two") with { Priority = 1 });
        bench.Turn();
        Assert.Equal(1, bench.Loop.Snapshot.Waiting);
        bench.StepUntil(() => { first.Read(); return first.IsComplete; });
        bench.Run(first, held);
        Assert.Equal(RequestOutcome.LengthReached, held.Outcome);
        Assert.Equal(EngineBench.Alone(EngineBench.Request("two"), Small).Text, held.Text);
    }

    [Fact]
    public void Nobody_is_held_longer_than_may_be()
    {
        var bench = Bench((_, fleet) => Verdict.Hold(fleet.NowUs + 1_000_000), options => options with { HoldUsMax = 5_000_000 });
        var answer = bench.Submit(EngineBench.Request("one"));
        bench.Run(answer);
        Assert.Equal(RequestOutcome.LengthReached, answer.Outcome);
    }

    [Fact]
    public void Who_gives_up_while_held_is_forgotten()
    {
        var bench = Bench((_, fleet) => Verdict.Hold(fleet.NowUs + 1_000_000));
        var answer = bench.Submit(EngineBench.Request("one") with { Choices = 3 });
        bench.Turn();
        Assert.Equal(3, bench.Loop.Snapshot.Waiting);
        answer.Cancel();
        bench.Turn();
        answer.Read();
        Assert.Equal(RequestOutcome.Cancelled, answer.Outcome);
        bench.Run(answer);
        Assert.Equal(0, bench.Loop.Snapshot.Waiting);
    }

    [Fact]
    public void A_verdict_that_is_none_is_reported_and_the_request_served()
    {
        var bench = Bench((_, fleet) => Verdict.Hold(fleet.NowUs));
        var answer = bench.Submit(EngineBench.Request("one"));
        bench.Run(answer);
        Assert.Equal(RequestOutcome.LengthReached, answer.Outcome);
        Assert.Contains(bench.Ended.PlanFaults, fault => fault.Contains("Admission 'by-hand' holds until", StringComparison.Ordinal));
    }

    [Fact]
    public void The_policy_sees_the_columns_that_it_reads_and_hears_what_happens()
    {
        var seen = new List<(int Hits, int Columns)>();
        var policy = new ByHand((_, fleet) =>
        {
            seen.Add((fleet.HitTokens[0], fleet.QueuedTokens.Length + fleet.StepTimes.Length));
            return Verdict.Accept;
        }, Signals.Load | Signals.PrefixHits);
        var bench = new EngineBench(Small, options: options => options with { Admission = policy });
        var first = bench.Submit(EngineBench.Request("the same prompt"));
        bench.Run(first);
        var second = bench.Submit(EngineBench.Request("the same prompt"));
        bench.Run(second);
        Assert.Equal(2, seen.Count);
        Assert.Equal((0, 0), seen[0]);
        Assert.True(seen[1].Hits > 0 && seen[1].Columns == 0, $"{seen[1]}");
        Assert.Equal((2, 2), (policy.State!.Arrivals, policy.State.Ends));
    }

    private static EngineBench Bench(ByHand.Rule rule, Func<EngineOptions, EngineOptions>? more = null) =>
        new(Small, options: options => (more?.Invoke(options) ?? options) with { Admission = new ByHand(rule) });

    private sealed class ByHand(ByHand.Rule rule, Signals reads = Signals.Load) : IAdmission
    {
        public delegate Verdict Rule(RequestFacts request, FleetView fleet);

        public string Name => "by-hand";

        public Signals Reads => reads;

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
