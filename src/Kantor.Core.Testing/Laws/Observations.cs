using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Scaling;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Testing.Laws;

/// <summary>What a policy did with random work, as one number: two that did the same have the same.</summary>
internal static class Observations
{
    private const int Moments = 60;

    /// <summary>Two classes with objectives that are kept or lost by little, and one that wants nothing.</summary>
    private static readonly ServiceClassTable Classes = new(
        [
            new ServiceClass(new ClassId(0), "urgent", 3, new SloSpec { TtftUsMax = 4_000, GapUsMax = 1_800 }),
            new ServiceClass(new ClassId(1), "normal", 1, new SloSpec { TtftUsMax = 25_000, GapUsMax = 2_600 }),
        ],
        new ServiceClass(new ClassId(2), "batch", 1, new SloSpec()));

    private static readonly LinearStepTime StepTime = new(1_000, 20, 50, 0.05);

    /// <summary>
    /// Every slice of a run: on a tight pool by even seeds, where many fit by odd ones; half of them with objectives and with step times
    /// that depend on what a step holds.
    /// </summary>
    public static long OfPlanner(IBatchPlanner planner, ulong seed)
    {
        var (limits, kv) = Jobs.Tight(seed, Workloads.TokensMax);
        if (seed % 2 == 1) kv = kv with { BlocksTotal = 12 * kv.BlocksTotal, SequencesMax = null };
        var hasObjectives = seed % 4 >= 2;
        var run = new ReplicaRun(
            planner, limits, kv, Jobs.Random(seed, 60, Workloads.TokensMax), new ClassQuantilePredictor(),
            classes: hasObjectives ? Classes : null, stepTime: hasObjectives ? StepTime : null)
        { Verifies = false };
        var sum = 0L;
        while (!run.IsOver)
        {
            LawBrokenException.Unless(run.Step < Workloads.StepsMax, $"not over after {Workloads.StepsMax} steps");
            foreach (var slice in run.Advance()) sum = Mix(sum, Mix(slice.Row, slice.FromToken, slice.Tokens));
            sum = Mix(sum, run.Step);
        }

        return sum;
    }

    /// <summary>Every verdict on random fleets.</summary>
    public static long OfAdmission(IAdmission admission, ulong seed)
    {
        var (random, state, sum) = (new RandomStream(seed, "admission"), admission.NewState(), 0L);
        for (var moment = 0; moment < Moments; moment++)
        {
            var (request, fleet) = (Request(random, moment), Fleet(random, moment));
            state.TimeIs(fleet.NowUs);
            var verdict = admission.Judge(request, fleet.View(admission.Reads), state);
            if (verdict.Kind is VerdictKind.Accept or VerdictKind.Degrade) state.Arrived(request, moment);
            sum = Mix(sum, Mix((int)verdict.Kind, verdict.AskAgainUs ?? 0, verdict.OutputTokensMax ?? 0));
        }

        return sum;
    }

    /// <summary>Every decision on random fleets, while requests end.</summary>
    public static long OfRouter(IRouter router, ulong seed)
    {
        var (random, state, sum) = (new RandomStream(seed, "router"), router.NewState(), 0L);
        var open = new Queue<RequestFacts>();
        for (var moment = 0; moment < 4 * Moments; moment++)
        {
            if (open.Count > 12 && open.Dequeue() is var oldest)
            {
                state.Ended(oldest, moment, new(RequestOutcome.Stopped, 1 + random.NextInt(oldest.OutputTokensMax), 0));
            }

            var request = Request(random, moment) with { Session = random.NextInt(2) == 0 ? new SessionId(random.NextInt(9)) : null };
            open.Enqueue(request);
            var decision = Decide(router, random, state, request, moment);
            sum = Mix(sum, Mix(decision.Endpoint ?? -1, decision.Decode ?? -1, decision.HoldUntilUs ?? 0));
        }

        return sum;
    }

    private static RouteDecision Decide(IRouter router, RandomStream random, PolicyState state, RequestFacts request, int moment)
    {
        var fleet = Fleet(random, moment, waitingMax: moment % 3 == 0 ? 90 : 6);
        state.TimeIs(fleet.NowUs);
        state.Arrived(request, moment);
        var decision = router.Route(request, WithContent(fleet, random, request, router.Reads), state);
        state.Decided(DecisionKind.Route, request.Id, decision.Endpoint ?? 0);
        return decision;
    }

    /// <summary>Every belief while answers of three classes end.</summary>
    public static long OfPredictor(ILengthPredictor predictor, ulong seed)
    {
        var (random, state, sum) = (new RandomStream(seed, "predictor"), predictor.NewState(), 0L);
        for (var moment = 0; moment < 20 * Moments; moment++)
        {
            var request = Request(random, moment);
            var belief = predictor.Predict(new LengthQuery(request, random.NextInt(40), 1_000), state);
            sum = Mix(sum, Mix(belief.MeanTokens, belief.UpperTokens));
            state.Ended(request, moment, new(RequestOutcome.Stopped, 1 + random.NextInt(400), 0));
        }

        return sum;
    }

    /// <summary>Every answer while load rises and falls, with the fleet that was wanted.</summary>
    public static long OfAutoscaler(IAutoscaler autoscaler, ulong seed)
    {
        var (random, state, sum, replicas) = (new RandomStream(seed, "scaling"), autoscaler.NewState(), 0L, 4);
        var load = 2.0;
        for (var moment = 0; moment < 4 * Moments; moment++)
        {
            load = Math.Clamp(load + ((random.NextInt(5) - 2) * 0.4), 0.2, 10);
            var share = Math.Min(1, load / replicas);
            var endpoint = new EndpointView(share < 1 ? 0 : 8, (int)(40 * share), (int)(100 * share), 100);
            var view = new ScalingView
            {
                Endpoints = Enumerable.Repeat(endpoint, replicas).ToArray(),
                Starting = 0,
                WaitingOutside = 0,
                NowUs = moment,
            };
            replicas = Math.Clamp(autoscaler.Wanted(view, state), 1, 20);
            sum = Mix(sum, replicas);
        }

        return sum;
    }

    private static RequestFacts Request(RandomStream random, int id) => new()
    {
        Id = new RequestId(id),
        PromptTokens = 1 + random.NextInt(200),
        OutputTokensMax = 1 + random.NextInt(100),
        ArrivalUs = id * 1_000L,
        Class = new ClassId(random.NextInt(3)),
        Tenant = new TenantId(random.NextInt(3)),
        Priority = random.NextInt(3),
    };

    private static FleetBuilder Fleet(RandomStream random, int moment, int waitingMax = 6)
    {
        var fleet = new FleetBuilder
        {
            NowUs = moment * 1_000L,
            ServiceClasses = Classes,
            StepTime = StepTime,
        };
        for (var index = 3; index >= 0; index--)
        {
            fleet.Add(
                random.NextInt(waitingMax), random.NextInt(20), random.NextInt(100), random.NextInt(100),
                queuedTokens: random.NextInt(2_000), bookedTokens: random.NextInt(500),
                hasAdapter: random.NextInt(2) == 0, ageUs: random.NextInt(100_000));
        }

        return fleet;
    }

    private static FleetView WithContent(FleetBuilder fleet, RandomStream random, RequestFacts request, Signals reads)
    {
        var content = RoutedRun.Content(random, request, isFresh: false);
        return (reads & Signals.Content) == 0 ? fleet.View(reads) : fleet.View(reads, content);
    }

    private static long Mix(long sum, long next) => unchecked((sum * 6_364_136_223_846_793_005L) + next + 1);

    private static long Mix(long first, long second, long third) => Mix(Mix(first, second), third);
}
