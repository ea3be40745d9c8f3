using System.Text.Json;
using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;
using Kantor.Reports.Runs;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Pools;
using Kantor.Simulation.Tests.Clients;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests;

/// <summary>Leaping against step by step: the same run, in fewer events.</summary>
public class LeapingTests
{
    private const int Cases = 250;

    private static readonly SloSpec Slo = new() { TtftUsMax = 2000, GapUsMax = 300 };

    public static TheoryData<string> AllPolicies => [.. Policies];

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_9_leaping_changes_no_event_time_and_no_decision(string policy)
    {
        var leapt = 0L;
        for (var number = 0; number < Cases; number++)
        {
            var run = RandomRun.Draw(number, policy);
            leapt += RequireSameRun(number, run.Trace, run.Options);
            leapt += RequireSameRun(number, Longer(number, run.Trace), WithLongOutputs(run.Options, number));
        }

        Assert.True(leapt > LeapsExpected(policy, 500), $"only {leapt} steps were leapt");
    }

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_9_leaping_changes_nothing_for_clients_that_wait_give_up_and_try_again(string policy)
    {
        var (leapt, cancelled, retries) = (0L, 0, 0L);
        for (var number = 0; number < Cases; number++)
        {
            var run = RandomRun.Draw(number, policy);
            var (trace, options) = (RandomClients.InSessions(number, Longer(number, run.Trace)), RandomClients.Draw(number, WithLongOutputs(run.Options, number)));
            leapt += RequireSameRun(number, trace, options);
            var totals = RunVerified(trace, options).Totals;
            cancelled += totals.Cancelled;
            retries += totals.Attempts - totals.Ended;
        }

        Assert.True(leapt > LeapsExpected(policy, 500) && cancelled > 100 && retries > 100, $"{leapt} steps leapt, {cancelled} cancelled, {retries} retries");
    }

    [Fact]
    public void A_router_that_looks_at_memory_sees_a_leaping_replica_as_of_now()
    {
        var leapt = 0L;
        for (var number = 0; number < Cases; number++)
        {
            var run = RandomRun.Draw(number, "fcfs");
            var options = WithLongOutputs(run.Options, number) with { Router = new LeastMemoryRouter(), Replicas = 3 };
            leapt += RequireSameRun(number, Longer(number, run.Trace), options);
        }

        Assert.True(leapt > 500, $"only {leapt} steps were leapt");
    }

    [Fact]
    public void A_policy_that_promises_too_much_is_found_out()
    {
        var differing = Enumerable.Range(0, Cases).Count(number =>
        {
            var run = RandomRun.Draw(number, "svf");
            var (trace, options) = (Longer(number, run.Trace), WithLongOutputs(run.Options, number));
            return Differs(trace, options with { Planner = new Overpromising(options.Planner) }, out _) is not null;
        });
        Assert.InRange(differing, 1, Cases);
    }

    [Fact]
    public void A_policy_that_promises_nothing_is_asked_in_every_step()
    {
        var planner = new Counting(new FcfsPlanner());
        var log = new RunLog();
        var result = RunVerified([Request(0, 4, 40)], Small(planner: planner, outputTokensMax: 40), log);
        Assert.Equal((40L, 40L, 0L), (planner.Plans, result.Steps, log.StepsLeapt));

        var leaping = new RunLog();
        RunVerified([Request(0, 4, 40)], Small(outputTokensMax: 40), leaping);
        // The first step computes the prompt; of the 39 that follow, the first of the leap is planned.
        Assert.Equal((40, 38L), (leaping.Steps.Count, leaping.StepsLeapt));
    }

    [Fact]
    public void An_arrival_joins_after_the_step_under_way_and_one_at_its_end_joins_at_once()
    {
        // 140: the prompt is done. Steps of 101 us follow: 241, 342, …
        var during = new RunLog();
        RunVerified([Request(0, 4, 40), Request(300, 4, 1)], Small(outputTokensMax: 40), during);
        Assert.Equal([(241L, 342L), (342, 483)], during.Steps.Where(step => step.FromUs is 241 or 342).Select(step => (step.FromUs, step.ToUs)));

        var atEnd = new RunLog();
        RunVerified([Request(0, 4, 40), Request(241, 4, 1)], Small(outputTokensMax: 40), atEnd);
        var joined = atEnd.Steps.Single(step => step.FromUs == 241);
        Assert.Equal((382L, 2), (joined.ToUs, joined.Slices.Count));
    }

    [Fact]
    public void Arrivals_at_other_replicas_do_not_stop_a_leap()
    {
        var log = new RunLog();
        // Round-robin: every second arrival goes to replica 1 while replica 0 generates.
        RunVerified([Request(0, 4, 100), Request(200, 4, 1)], Small(outputTokensMax: 100) with { Replicas = 2 }, log);
        Assert.Equal(98, log.StepsLeapt);
    }

    public static TheoryData<string> AllRouters => [.. PolicyCatalogue.RouterNames];

    /// <summary>What routers read of caches and of work is as of now although a replica leaps.</summary>
    [Theory]
    [MemberData(nameof(AllRouters))]
    public void INV_SIM_9_leaping_changes_nothing_that_a_router_sees(string router)
    {
        var leapt = 0L;
        for (var number = 0; number < 20; number++)
        {
            var run = RandomRun.Draw(number, number % 2 == 0 ? "vllm-v1" : "decode-maximal");
            var signals = number % 3 == 0 ? FleetSignals.All(new SignalFreshness { PeriodUs = 1000 }) : new FleetSignals();
            var options = WithLongOutputs(run.Options, number) with { Router = PolicyCatalogue.Router(router), Replicas = 3, Signals = signals };
            leapt += RequireSameRun(number, Longer(number, run.Trace), options);
        }

        Assert.True(leapt > 30, $"only {leapt} steps were leapt");
    }

    private static long RequireSameRun(int number, IReadOnlyList<TraceRequest> trace, SimulationOptions options)
    {
        var difference = Differs(trace, options, out var stepsLeapt);
        Assert.True(difference is null, $"case {number}: {difference}");
        return stepsLeapt;
    }

    /// <summary>The first thing that leaping changes; null when there is none.</summary>
    private static string? Differs(IReadOnlyList<TraceRequest> trace, SimulationOptions options, out long stepsLeapt)
    {
        var (leaping, stepping) = (new RunLog { ProvesBooks = false }, new RunLog { ProvesBooks = false });
        var fast = Simulator.Run(trace, options with { Leaping = true, Slo = Slo }, leaping);
        var slow = Simulator.Run(trace, options with { Leaping = false, Slo = Slo }, stepping);
        stepsLeapt = leaping.StepsLeapt;
        Assert.Equal(0, stepping.StepsLeapt);
        if (!slow.Records.SequenceEqual(fast.Records)) return "records";
        if (!StepsOf(stepping).SequenceEqual(StepsOf(leaping))) return "steps";
        if (!stepping.Heard.Order().SequenceEqual(leaping.Heard.Order())) return "events";
        if (!stepping.Arrivals.SequenceEqual(leaping.Arrivals)) return "routing";
        if (!stepping.Ends.Order().SequenceEqual(leaping.Ends.Order())) return "ends";
        return Json(slow) == Json(fast) ? null : "report";
    }

    private static IEnumerable<string> StepsOf(RunLog log) => log.Steps.OrderBy(step => step.Replica).ThenBy(step => step.FromUs)
        .Select(step => $"{step.Replica} {step.FromUs} {step.ToUs} {string.Join(' ', step.Slices)}");

    private static string Json(SimulationResult result) => JsonSerializer.Serialize(
        (object)new { Report = RunReport.Of(result, wallS: 0), result.Steps, result.PlansRefused, result.MakespanUs });

    /// <summary>The same arrivals with long prompts, which begin alike in three families, and long outputs.</summary>
    private static IReadOnlyList<TraceRequest> Longer(int number, IReadOnlyList<TraceRequest> trace)
    {
        var random = new RandomStream((ulong)number, "longer");
        return [.. trace.Select((request, index) =>
        {
            var (prompt, family) = (1 + random.NextInt(100), random.NextInt(3));
            int[] ids = [.. Enumerable.Range(0, ((prompt - 1) / 4) + 1).Select(block => block < 12 ? (family * 12) + block : (index * 1000) + block)];
            return new TraceRequest(request.ArrivalUs * (1 + (number % 8)), prompt, 1 + random.NextInt(200), ids, 4);
        })];
    }

    /// <summary>Long outputs in a pool that some of them fill, and a step time that depends on resident KV in fractions of a microsecond.</summary>
    private static SimulationOptions WithLongOutputs(SimulationOptions options, int number) => options with
    {
        OutputTokensMax = 160,
        StepTime = new LinearStepTime(20.3, 1.7, 0.4, 0.013),
        Kv = options.Kv with { BlocksTotal = 66 + (7 * (number % 9)) },
    };

    private sealed class LeastMemoryRouter : IRouter
    {
        public string Name => "least-memory";

        public PolicyState NewState() => new();

        public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
        {
            var best = 0;
            for (var index = 1; index < fleet.Endpoints.Length; index++)
            {
                if (fleet.Endpoints[index].KvBlocksUsed < fleet.Endpoints[best].KvBlocksUsed) best = index;
            }

            return RouteDecision.To(best);
        }
    }

    private sealed class Overpromising(IBatchPlanner planner) : IBatchPlanner
    {
        public string Name => planner.Name;

        public PolicyState NewState() => planner.NewState();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan) => planner.Plan(view, state, plan);

        public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => int.MaxValue;
    }

    private sealed class Counting(IBatchPlanner planner) : IBatchPlanner
    {
        public long Plans { get; private set; }

        public string Name => planner.Name;

        public PolicyState NewState() => planner.NewState();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            Plans++;
            planner.Plan(view, state, plan);
        }
    }
}
