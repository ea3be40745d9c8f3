using Kantor.Core.Admission;
using Kantor.Core.Objectives;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Admission;

public class LateAdmissionTests
{
    // A millisecond and 100 us per prompt token; 500 us per decode.
    private static readonly IStepTimeModel StepTime = new LinearStepTime(1_000, 100, 500, 0);

    [Theory]
    [InlineData(10, 0, 0, true)]
    [InlineData(91, 0, 0, false)]
    [InlineData(91, 1, 0, true)]
    [InlineData(10, 0, 8_001, false)]
    [InlineData(10, 0, 8_000, true)]
    public void Who_would_be_late_even_alone_is_turned_away(int prompt, int cached, long nowUs, bool isLetIn)
    {
        var fleet = Fleet("goodput(ttft=10ms)", nowUs);
        fleet.Add(waiting: 500, queuedTokens: 1_000_000);
        fleet.Add(hitTokens: cached);
        Assert.Equal(isLetIn ? Verdict.Accept : Verdict.Refuse(RefusalReason.DeadlineMissed), Judge(new DeadlineProvableAdmission(), fleet, Asked(0, prompt)));
    }

    [Theory]
    [InlineData("deadline-provable")]
    [InlineData("early-rejection")]
    [InlineData("set-feasible")]
    public void Without_objectives_everybody_is_let_in(string name)
    {
        var fleet = new FleetBuilder { StepTime = StepTime };
        fleet.Add(waiting: 500, running: 500, queuedTokens: 1_000_000);
        Assert.Equal(Verdict.Accept, Judge(PolicyCatalogue.Admission(name), fleet, Asked(0, 100_000)));
    }

    [Theory]
    [InlineData("deadline-provable")]
    [InlineData("early-rejection")]
    [InlineData("set-feasible")]
    public void The_demoted_wait_until_nobody_else_does(string name)
    {
        var policy = PolicyCatalogue.Admission($"{name}:late=demote");
        foreach (var (waiting, kind) in new[] { (3, VerdictKind.Hold), (0, VerdictKind.Accept) })
        {
            var fleet = Fleet("goodput(ttft=10ms)");
            fleet.Add(waiting);
            Assert.Equal(kind, Judge(policy, fleet, Asked(0, 1_000)).Kind);
        }
    }

    [Fact]
    public void Early_rejection_reckons_with_the_queue_that_the_provable_deadline_leaves_out()
    {
        var fleet = Fleet("goodput(ttft=10ms)");
        fleet.Add(queuedTokens: 100);
        Assert.Equal(Verdict.Accept, Judge(new DeadlineProvableAdmission(), fleet, Asked(0, 10)));
        Assert.Equal(Verdict.Refuse(RefusalReason.Shedding), Judge(new EarlyRejectionAdmission(), fleet, Asked(0, 10)));
        Assert.Equal(Verdict.Accept, Judge(new EarlyRejectionAdmission(new EarlyRejectionOptions { LoadMax = 2 }), fleet, Asked(0, 10)));
    }

    /// <summary>A burst: without prediction all are let in because nobody decodes yet; with it those whose gaps would be too long are not.</summary>
    [Fact]
    public void With_prediction_a_burst_is_let_in_as_far_as_it_can_decode()
    {
        // Nine decodes take 1,000 + 9 x 500 = 5,500 us, eight 5,000.
        Assert.Equal(8, LetInOfBurst(new EarlyRejectionOptions()));
        Assert.Equal(30, LetInOfBurst(new EarlyRejectionOptions { Predicts = false }));
    }

    [Fact]
    public void After_their_time_decodes_count_no_more_and_who_ended_counts_no_more()
    {
        var policy = new EarlyRejectionAdmission(new EarlyRejectionOptions { DecodeMs = 100 });
        var state = policy.NewState();
        for (var id = 1; id <= 30; id++) LetIn(policy, state, Asked(id, 10), Fleet("goodput(itl=5ms)"));
        Assert.Equal(8, Enumerable.Range(31, 30).Count(id => LetIn(policy, state, Asked(id, 10), Fleet("goodput(itl=5ms)", 200_000))));
        Assert.False(LetIn(policy, state, Asked(61, 10), Fleet("goodput(itl=5ms)", 200_000)));
        state.Ended(Asked(31, 10), 31, new(RequestOutcome.Stopped, 5, 0));
        Assert.True(LetIn(policy, state, Asked(62, 10), Fleet("goodput(itl=5ms)", 200_000)));
    }

    [Fact]
    public void The_set_is_filled_as_far_as_all_are_in_time_and_a_later_due_one_may_not_push_out_an_earlier_promise()
    {
        var (policy, queued) = (new SetFeasibleAdmission(new SetFeasibleOptions { StepTokens = 100 }), 0L);
        var state = policy.NewState();
        // 110 us a token: three of 30 tokens are 9.9 ms.
        for (var id = 1; id <= 5; id++)
        {
            var fleet = Fleet("goodput(ttft=10ms)");
            fleet.Add(queuedTokens: queued);
            var isLetIn = LetIn(policy, state, Asked(id, 30), fleet);
            Assert.Equal(id <= 3, isLetIn);
            if (isLetIn) queued += 30;
        }
    }

    /// <summary>
    /// In its model, a machine that serves by due time, nobody who was let in is late; and who was turned away would have made somebody late.
    /// </summary>
    [Fact]
    public void In_its_model_nobody_who_is_let_in_is_late_and_nobody_is_turned_away_in_vain() => TestSeed.Each(50, seed =>
    {
        var random = new RandomStream(seed, "set");
        var (policy, machine, nowUs) = (new SetFeasibleAdmission(new SetFeasibleOptions { StepTokens = 100 }), new Machine(110), 0L);
        var state = policy.NewState();
        for (var id = 1; id <= 200; id++)
        {
            var pauseUs = 110 * random.NextInt(60);
            machine.Run(pauseUs);
            nowUs += pauseUs;
            var request = Asked(id, 1 + random.NextInt(80)) with { ArrivalUs = nowUs, Class = new ClassId(random.NextInt(2)) };
            var classes = Classes(10_000, 40_000);
            var fleet = new FleetBuilder { NowUs = nowUs, StepTime = StepTime, ServiceClasses = classes };
            fleet.Add(queuedTokens: machine.MissingTokens);
            var dueUs = nowUs + classes[request.Class].Slo.TtftUsMax!.Value;
            var isLetIn = LetIn(policy, state, request, fleet);
            Assert.Equal(isLetIn, machine.WouldHold(dueUs, request.PromptTokens));
            if (isLetIn) machine.Add(dueUs, request.PromptTokens);
        }

        machine.Run(100_000_000);
        Assert.Equal(0, machine.Late);
    });

    private static int LetInOfBurst(EarlyRejectionOptions options)
    {
        var policy = new EarlyRejectionAdmission(options);
        var state = policy.NewState();
        return Enumerable.Range(1, 30).Count(id => LetIn(policy, state, Asked(id, 10), Fleet("goodput(itl=5ms)")));
    }

    private static bool LetIn(IAdmission policy, Core.Decisions.PolicyState state, RequestFacts request, FleetBuilder fleet)
    {
        if (fleet.View(policy.Reads).Endpoints.IsEmpty) fleet.Add();
        state.TimeIs(fleet.NowUs);
        if (policy.Judge(request, fleet.View(policy.Reads), state) != Verdict.Accept) return false;
        state.Arrived(request, (int)request.Id.Value);
        return true;
    }

    private static Verdict Judge(IAdmission policy, FleetBuilder fleet, RequestFacts request) =>
        policy.Judge(request, fleet.View(policy.Reads), policy.NewState());

    private static RequestFacts Asked(int id, int prompt) => new() { Id = new RequestId(id), PromptTokens = prompt, OutputTokensMax = 100, ArrivalUs = 0 };

    private static FleetBuilder Fleet(string objective, long nowUs = 0)
    {
        Assert.True(Objective.TryParse(objective, out var parsed, out var error), error);
        return new FleetBuilder { NowUs = nowUs, StepTime = StepTime, ServiceClasses = parsed.Classes };
    }

    private static ServiceClassTable Classes(params long[] ttftUs) => new(
        [.. ttftUs.Select((us, index) => new ServiceClass(new ClassId(index), $"{us}", 1, new SloSpec { TtftUsMax = us }))],
        new ServiceClass(default, "other", 1, new SloSpec()));

    /// <summary>A machine that serves prompts by due time, in whole microseconds, a token in so many.</summary>
    private sealed class Machine(int tokenUs)
    {
        private readonly List<(long DueUs, int Number, long LeftUs)> _jobs = [];
        private long _nowUs;
        private int _number;

        public int Late { get; private set; }

        public long MissingTokens => _jobs.Sum(job => job.LeftUs / tokenUs);

        public void Add(long dueUs, int tokens)
        {
            _jobs.Add((dueUs, _number++, (long)tokens * tokenUs));
            _jobs.Sort();
        }

        public bool WouldHold(long dueUs, int tokens)
        {
            var sumUs = 0L;
            foreach (var (due, _, leftUs) in _jobs.Append((dueUs, _number, (long)tokens * tokenUs)).Order())
            {
                sumUs += leftUs;
                if (_nowUs + sumUs > due) return false;
            }

            return true;
        }

        public void Run(long us)
        {
            while (_jobs.Count > 0 && us > 0)
            {
                var (dueUs, number, leftUs) = _jobs[0];
                var doneUs = Math.Min(us, leftUs);
                (_nowUs, us) = (_nowUs + doneUs, us - doneUs);
                if (doneUs < leftUs) _jobs[0] = (dueUs, number, leftUs - doneUs);
                else _jobs.RemoveAt(0);
                if (doneUs == leftUs && _nowUs > dueUs) Late++;
            }

            _nowUs += us;
        }
    }
}
