using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Replica;

/// <summary>What policies hear of a replica.</summary>
public class EventStreamTests
{
    public static TheoryData<string> Policies => [.. PolicyCatalogue.PlannerNames];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Each_request_arrives_is_granted_generates_and_ends_in_this_order_and_the_sums_are_right__INV_RUN_15(string policy)
    {
        var stream = new Ledger();
        var scheduler = New(policy, stream);
        var random = new RandomStream(7, policy);
        for (var step = 0; step < 400; step++)
        {
            scheduler.TimeIs(step * 100L);
            if (step < 200 && random.NextInt(3) == 0) Enqueue(scheduler, step, random);
            scheduler.PlanStep(step * 100L);
            if (scheduler.Slices.IsEmpty) continue;
            scheduler.TimeIs((step * 100L) + 50);
            scheduler.CompleteStep(50);
            foreach (var slice in scheduler.Slices.ToArray())
            {
                if (slice.Generates) scheduler.Generate(slice.Row, null);
                if (scheduler.GeneratedTokens(slice.Row) == scheduler.Spec(slice.Row).Facts.OutputTokensMax) scheduler.End(slice.Row, RequestOutcome.LengthReached);
                else if (random.NextInt(200) == 0) scheduler.End(slice.Row, RequestOutcome.Cancelled);
            }
        }

        Assert.True(stream.EndedCount > 20, $"{stream.EndedCount} ended");
        Assert.Equal(scheduler.Counters.ComputedTokens, stream.SteppedTokens);
        Assert.Equal(scheduler.Counters.Preemptions, stream.PreemptedCount);
        Assert.Equal(scheduler.Counters.GeneratedTokens, stream.GeneratedSum);
    }

    [Fact]
    public void Time_and_events_reach_everybody_in_turn_but_those_without_memory()
    {
        var (first, second) = (new Ledger(), new Ledger());
        Assert.Same(first, PolicyStates.Of(first, new PolicyState(), null));
        var both = PolicyStates.Of(first, new PolicyState(), second);
        var facts = new RequestFacts { Id = new RequestId(3), PromptTokens = 1, OutputTokensMax = 1, ArrivalUs = 0 };
        both.TimeIs(9);
        both.Arrived(facts, 0);
        both.Decided(DecisionKind.Route, facts.Id, 1);
        both.Granted(facts.Id, 0, 5, 0);
        both.Stepped(new StepLoad(5, 0, 0, 25), 7);
        both.Generated(facts.Id, 0, 2);
        both.Preempted(facts.Id, 0);
        both.Granted(facts.Id, 0, 5, 0);
        both.Repeated(4);
        both.Ended(facts, 0, new RequestEnd(RequestOutcome.Stopped, 2, 0));
        both.EndpointJoined(new EndpointId(1));
        both.EndpointLeft(new EndpointId(1));
        Assert.Equal(first.Heard, second.Heard);
        Assert.Equal(11, first.Heard.Count);
        Assert.Equal((9, 9, 9), (both.NowUs, first.NowUs, second.NowUs));
    }

    /// <summary>Events of every token are told only to those that do something about them; the others would cost a call a token.</summary>
    [Fact]
    public void Only_those_that_do_something_about_an_event_are_told_of_it()
    {
        var (all, ends) = (new Ledger(), new EndsOnly());
        var both = PolicyStates.Of(ends, all);
        Assert.Same(all, PolicyStates.Hearing(both, state => state.Granted));
        Assert.Same(both.GetType(), PolicyStates.Hearing(both, state => state.Ended)!.GetType());
        Assert.Null(PolicyStates.Hearing(ends, state => state.Generated));
        Assert.Null(PolicyStates.Hearing(new PolicyState(), state => state.Stepped));
    }

    private sealed class EndsOnly : PolicyState
    {
        public override void Ended(RequestFacts request, int slot, in RequestEnd end)
        {
        }
    }

    private static void Enqueue(ReplicaScheduler scheduler, int id, RandomStream random)
    {
        var facts = new RequestFacts { Id = new RequestId(id), PromptTokens = 1 + random.NextInt(40), OutputTokensMax = 1 + random.NextInt(20), ArrivalUs = id * 100L };
        Assert.True(scheduler.TryEnqueue(new RequestSpec(facts, TokenContent.Opaque(facts.PromptTokens)), out _, out _));
    }

    private static ReplicaScheduler New(string policy, PolicyState listener) => new(new ReplicaOptions
    {
        Planner = PolicyCatalogue.Planner(policy),
        Limits = new BatchLimits { StepTokensMax = 32, RunningMax = 6 },
        Kv = new KvLedgerOptions { BlocksTotal = 30, BlockSizeTokens = 4 },
        Predictor = new ClassQuantilePredictor(),
        StepTime = StepTimeProfiles.Unit.StepTime,
        Listener = listener,
    });

    /// <summary>Keeps books of what it hears and fails when it cannot be.</summary>
    private sealed class Ledger : PolicyState
    {
        private readonly Dictionary<RequestId, (int Slot, int Generated, bool Holds)> _here = [];

        public List<string> Heard { get; } = [];

        public int EndedCount { get; private set; }

        public long GeneratedSum { get; private set; }

        public long SteppedTokens { get; private set; }

        public long PreemptedCount { get; private set; }

        public override void TimeIs(long nowUs)
        {
            Assert.True(nowUs >= NowUs, $"time goes back from {NowUs} to {nowUs}");
            base.TimeIs(nowUs);
        }

        public override void Arrived(RequestFacts request, int slot)
        {
            Heard.Add($"arrived {request.Id} {slot}");
            Assert.DoesNotContain(_here.Values, other => other.Slot == slot);
            _here.Add(request.Id, (slot, 0, false));
        }

        public override void Decided(DecisionKind kind, RequestId request, long choice) => Heard.Add($"decided {kind} {request} {choice}");

        public override void Granted(RequestId request, int slot, int tokens, int reserveTokens)
        {
            Heard.Add($"granted {request} {slot} {tokens}");
            Assert.True(tokens > 0 && _here[request].Slot == slot);
            _here[request] = _here[request] with { Holds = true };
        }

        public override void Generated(RequestId request, int slot, int tokens)
        {
            Heard.Add($"generated {request} {slot} {tokens}");
            Assert.True(_here[request].Holds && _here[request].Slot == slot);
            _here[request] = _here[request] with { Generated = _here[request].Generated + tokens };
            GeneratedSum += tokens;
        }

        public override void Repeated(int steps) => Heard.Add($"repeated {steps}");

        public override void Preempted(RequestId request, int slot)
        {
            Heard.Add($"preempted {request} {slot}");
            Assert.True(_here[request].Holds && _here[request].Slot == slot);
            _here[request] = _here[request] with { Holds = false };
            PreemptedCount++;
        }

        public override void Stepped(in StepLoad load, long us)
        {
            Heard.Add($"stepped {load} {us}");
            SteppedTokens += load.PrefillTokens + load.DecodeSequences;
        }

        public override void Ended(RequestFacts request, int slot, in RequestEnd end)
        {
            Heard.Add($"ended {request.Id} {slot} {end}");
            Assert.True(_here.Remove(request.Id, out var last) && last.Slot == slot);
            Assert.Equal(last.Generated, end.GeneratedTokens);
            Assert.InRange(end.CachedTokens, 0, request.PromptTokens - 1);
            EndedCount++;
        }

        public override void EndpointJoined(EndpointId endpoint) => Heard.Add($"joined {endpoint}");

        public override void EndpointLeft(EndpointId endpoint) => Heard.Add($"left {endpoint}");
    }
}
