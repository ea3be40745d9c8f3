using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests;

/// <summary>Laws that hold for every policy on every workload; random workloads, tight memory, every policy of the catalogue.</summary>
public class LawsTests
{
    private const int Cases = 40;

    public static TheoryData<string> AllPolicies => [.. Policies];

    public static TheoryData<string> TimelessPolicies =>
        [.. Policies.Where(name => !Core.PolicyCatalogue.BuiltIn.Planners.Find(name).Options.Any(option => option.Name.EndsWith("-ms", StringComparison.Ordinal)))];

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_2_every_request_ends_exactly_once_and_the_books_hold_after_every_event(string policy) => ForAll(policy, (run, result, log) =>
    {
        Assert.Equal(run.Trace.Count, result.Completed + result.Rejected);
        Assert.Equal(Enumerable.Range(0, run.Trace.Count), log.Ends.Select(end => end.Request).Order());
        Assert.Equal(result.Records.Where(record => record.IsCompleted).Sum(record => record.OutputTokens - 1), result.Gaps.Count);
        Assert.Equal(0, result.PlansRefused);
        Assert.True(log.Events > run.Trace.Count);
    });

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_3_nothing_happens_before_its_cause(string policy) => ForAll(policy, (run, result, log) =>
    {
        Assert.Equal(run.Trace.Select(request => request.ArrivalUs), log.Arrivals.Select(arrival => arrival.AtUs));
        foreach (var record in result.Records.Where(record => record.IsCompleted))
        {
            Assert.True(record.ArrivalUs <= record.ScheduledUs && record.ScheduledUs < record.FirstTokenUs && record.FirstTokenUs <= record.LastTokenUs);
            Assert.True(record.TtftUs <= record.E2eUs);
        }

        foreach (var slice in log.Steps.SelectMany(step => step.Slices.Select(slice => (slice.Request, step.FromUs))))
        {
            Assert.True(slice.FromUs >= run.Trace[slice.Request].ArrivalUs);
        }
    });

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_4_a_replica_pauses_only_while_it_has_no_request(string policy) => ForAll(policy, (run, result, log) =>
    {
        foreach (var replica in log.Steps.GroupBy(step => step.Replica))
        {
            var own = log.Arrivals.Where(arrival => arrival.Replica == replica.Key && result.Records[arrival.Request].IsCompleted).Select(arrival => arrival.Request).ToArray();
            var ends = log.Ends.ToDictionary(end => end.Request, end => end.AtUs);
            var idleFromUs = 0L;
            foreach (var step in replica)
            {
                Assert.True(step.FromUs >= idleFromUs, "one step at a time");
                if (step.FromUs > idleFromUs) Assert.DoesNotContain(own, request => run.Trace[request].ArrivalUs < step.FromUs && ends[request] > idleFromUs);
                idleFromUs = step.ToUs;
            }
        }
    });

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_5_Littles_law_holds_to_the_microsecond(string policy) => ForAll(policy, (run, result, log) =>
    {
        // Requests in the system, integrated over time by events, against the sum of sojourn times of the records.
        var changes = log.Arrivals.Select(arrival => (arrival.AtUs, Change: 1)).Concat(log.Ends.Select(end => (end.AtUs, Change: -1))).OrderBy(change => change.AtUs).ToArray();
        var (area, inSystem, lastUs) = (0L, 0, 0L);
        foreach (var (atUs, change) in changes)
        {
            area += inSystem * (atUs - lastUs);
            (inSystem, lastUs) = (inSystem + change, atUs);
        }

        Assert.Equal(0, inSystem);
        Assert.Equal(result.Records.Sum(record => record.E2eUs ?? 0), area);
    });

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_5_Littles_law_holds_for_each_tenant(string policy) => ForAll(policy, (run, _, _) =>
    {
        RequestTenants(run, out var trace);
        var log = new RunLog();
        var records = RunVerified(trace, run.Options, log).Records;
        foreach (var tenant in trace.Select(request => request.Tenant).Distinct())
        {
            var changes = log.Arrivals.Where(arrival => trace[arrival.Request].Tenant == tenant).Select(arrival => (arrival.AtUs, Change: 1))
                .Concat(log.Ends.Where(end => trace[end.Request].Tenant == tenant).Select(end => (end.AtUs, Change: -1))).ToArray();
            var lastUs = changes.Max(change => change.AtUs);
            var area = changes.Sum(change => change.Change * (lastUs - change.AtUs));
            Assert.Equal(records.Where((_, request) => trace[request].Tenant == tenant).Sum(record => record.E2eUs ?? 0), area);
        }
    });

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void Other_names_of_tenants_change_nothing_but_the_names(string policy) => ForAll(policy, (run, _, _) =>
    {
        RequestTenants(run, out var trace);
        var named = RunVerified(trace, run.Options);
        var renamed = RunVerified([.. trace.Select(request => request with { Tenant = "not " + request.Tenant })], run.Options);
        Assert.Equal(named.Records, renamed.Records);
        Assert.Equal(named.Tenants.Select(tenant => "not " + tenant.Tenant), renamed.Tenants.Select(tenant => tenant.Tenant));
    });

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void A_replica_that_nobody_is_sent_to_changes_nothing(string policy) => ForAll(policy, (run, result, _) =>
    {
        var idle = run.Options with { Router = new AllButTheLast(run.Options.Router), Replicas = run.Options.Replicas + 1 };
        Assert.Equal(result.Records, RunVerified(run.Trace, idle).Records);
    });

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_6_the_same_run_twice_is_the_same(string policy) => ForAll(policy, (run, result, log) =>
    {
        var again = new RunLog();
        var repeated = RunVerified(run.Trace, run.Options, again);
        Assert.Equal(result.Records, repeated.Records);
        Assert.Equal(log.Steps.Select(step => (step.Replica, step.FromUs, step.ToUs)), again.Steps.Select(step => (step.Replica, step.FromUs, step.ToUs)));
    });

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void Tokens_are_conserved_every_one_is_computed_once_or_recomputed_or_found(string policy) => ForAll(policy, (run, result, log) =>
    {
        foreach (var (request, record) in result.Records.Index().Where(item => item.Item.IsCompleted))
        {
            // The newest token of a request needs no KV; each position below it is computed by the step that covers it last.
            var last = log.Steps.SelectMany(step => step.Slices).Where(slice => slice.Request == request).Max(slice => slice.FromToken + slice.Tokens);
            Assert.Equal(run.Trace[request].PromptTokens + record.OutputTokens - 1, last);
        }

        Assert.True(result.RecomputedTokens >= 0, $"case {run.Number}: {result.RecomputedTokens} tokens recomputed");
        if (result.Preemptions == 0) Assert.Equal(0, result.RecomputedTokens);
        Assert.Equal(log.Steps.Count, result.Steps);
    });

    /// <summary>Policies with times of their own, as quanta and patience in milliseconds, do notice.</summary>
    [Theory]
    [MemberData(nameof(TimelessPolicies))]
    public void Time_in_other_units_changes_nothing_but_the_units(string policy)
    {
        for (var number = 0; number < Cases; number++)
        {
            var run = RandomRun.Draw(number, policy);
            var fast = RunVerified(run.Trace, run.Options);
            var scaled = RunVerified(
                [.. run.Trace.Select(request => request with { ArrivalUs = request.ArrivalUs * 7 })], run.Options with { StepTime = new LinearStepTime(700, 70, 7, 0) });
            Assert.Equal(
                fast.Records.Select(record => (record.TtftUs * 7, record.E2eUs * 7, record.GapUsMax * 7)),
                scaled.Records.Select(record => (record.TtftUs, record.E2eUs, record.GapUsMax)));
            Assert.Equal(fast.Preemptions, scaled.Preemptions);
        }
    }

    [Fact]
    public void The_random_workloads_reach_preemption_rejection_sharing_and_idleness()
    {
        var (preemptions, rejected, hits, pauses) = (0L, 0, 0.0, 0);
        ForAll("vllm-v1", (run, result, log) =>
        {
            preemptions += result.Preemptions;
            rejected += result.Rejected;
            hits += result.PrefixHitRate;
            pauses += log.Steps.Zip(log.Steps.Skip(1)).Count(pair => pair.Second.Replica == pair.First.Replica && pair.Second.FromUs > pair.First.ToUs);
        });
        Assert.True(preemptions > 20 && rejected > 5 && hits > 1 && pauses > 20, $"{preemptions} {rejected} {hits} {pauses}");
    }

    private static void ForAll(string policy, Action<RandomRun, SimulationResult, RunLog> law)
    {
        for (var number = 0; number < Cases; number++)
        {
            var run = RandomRun.Draw(number, policy);
            var log = new RunLog();
            law(run, RunVerified(run.Trace, run.Options, log), log);
        }
    }

    private static void RequestTenants(RandomRun run, out TraceRequest[] trace) =>
        trace = [.. run.Trace.Select((request, index) => request with { Tenant = $"tenant {index * 7 % 3}" })];

    private sealed class AllButTheLast(IRouter router) : IRouter
    {
        public string Name => router.Name;

        public PolicyState NewState() => router.NewState();

        public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state) =>
            router.Route(request, new FleetView { Endpoints = fleet.Endpoints[..^1], NowUs = fleet.NowUs }, state);
    }
}
