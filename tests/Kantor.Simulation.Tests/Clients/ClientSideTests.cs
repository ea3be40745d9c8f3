using Kantor.Core.Requests;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Tests.Replicas;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Clients;

/// <summary>Timeouts, retries, deadlines and tenants.</summary>
public class ClientSideTests
{
    public static TheoryData<string> AllPolicies => [.. Policies];

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_12_every_request_ends_once_however_often_it_is_tried_and_the_books_hold(string policy)
    {
        var (cancelled, retries) = (0, 0L);
        for (var number = 0; number < 60; number++)
        {
            var run = RandomRun.Draw(number, policy);
            var (trace, options) = (RandomClients.InSessions(number, run.Trace), RandomClients.Draw(number, run.Options));
            var log = new RunLog();
            var result = RunVerified(trace, options, log);
            Assert.Equal(Enumerable.Range(0, trace.Count), log.Ends.Select(end => end.Request).Order());
            Assert.Equal(trace.Count, result.Completed + result.Rejected + result.Totals.Cancelled);
            Assert.All(result.Records, record => Assert.InRange(record.Attempts, 1, options.Clients.Retries?.AttemptsMax ?? 1));
            Assert.All(result.Records.Where(record => record.IsCompleted), record => Assert.True(record.TtftUs > 0 && record.E2eUs >= record.TtftUs));
            cancelled += result.Totals.Cancelled;
            retries += result.Totals.Attempts - trace.Count;
        }

        Assert.True(cancelled > 50 && retries > 50, $"{cancelled} {retries}");
    }

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_12_clients_may_give_up_whatever_the_engine_does_and_leaping_changes_nothing(string policy)
    {
        var (cancelled, completed, leapt) = (0, 0, 0L);
        for (var number = 0; number < 120; number++)
        {
            var run = Mechanics.Draw(number, policy);
            var drawn = RandomClients.Draw(number, run.Options);
            var clients = drawn.Clients with { TimeoutUs = 300 + (31 * number), Retries = new RetryOptions { BackoffUs = 1 + number } };
            var options = run.Options with { Limits = drawn.Limits, Clients = clients };
            var (stepping, leaping) = (new RunLog(), new RunLog { ProvesBooks = false });
            var result = RunVerified(run.Trace, options with { Leaping = false }, stepping);
            Assert.Equal(Enumerable.Range(0, run.Trace.Count), stepping.Ends.Select(end => end.Request).Order());
            Assert.True(result.Records.SequenceEqual(RunVerified(run.Trace, options, leaping).Records), $"case {number}");
            Assert.Equal(stepping.Arrivals, leaping.Arrivals);
            cancelled += result.Totals.Cancelled;
            completed += result.Completed;
            leapt += leaping.StepsLeapt;
        }

        Assert.True(cancelled > 100 && completed > 100 && leapt > 10, $"{cancelled} cancelled, {completed} completed, {leapt} steps leapt");
    }

    [Theory]
    [InlineData(90, 0)]
    [InlineData(180, 1)]
    [InlineData(300, 3)]
    public void A_client_that_gives_up_ends_its_request_at_that_moment_and_nobody_elses(long timeoutUs, int tokens)
    {
        // Alone the steps end at 140, 241, 342, …; the second request joins at the next step.
        var tenants = new ClientOptions { Tenants = [new TenantSpec { Name = "hasty", TimeoutUs = timeoutUs }, new TenantSpec { Name = "calm" }] };
        var log = new RunLog();
        var result = RunVerified(
            [Request(0, 4, 8) with { Tenant = "hasty" }, Request(1, 4, 8) with { Tenant = "calm" }], Small() with { Clients = tenants }, log);
        Assert.Equal((RequestOutcome.Cancelled, RequestOutcome.LengthReached), (result.Records[0].Outcome!.Value, result.Records[1].Outcome!.Value));
        Assert.Equal(timeoutUs, log.Ends[0].AtUs);
        Assert.InRange(result.Records[0].OutputTokens, tokens == 0 ? 0 : 1, tokens);
        Assert.All(log.Steps.Where(step => step.FromUs > timeoutUs), step => Assert.DoesNotContain(step.Slices, slice => slice.Request == 0));
    }

    [Theory]
    [InlineData(50, 10_000)]
    [InlineData(10_000, 50)]
    public void A_tenants_timeout_beats_the_one_of_all_whichever_is_longer(long timeoutUs, long generalUs)
    {
        var tenants = new[] { new TenantSpec { Name = "own", TimeoutUs = timeoutUs }, new TenantSpec { Name = "plain" } };
        var clients = new ClientOptions { TimeoutUs = generalUs, Tenants = tenants };
        var records = RunVerified([Request(0, 4, 1) with { Tenant = "own" }, Request(5_000, 4, 1) with { Tenant = "plain" }], Small() with { Clients = clients }).Records;
        Assert.Equal([Of(timeoutUs), Of(generalUs)], records.Select(record => record.Outcome!.Value));

        static RequestOutcome Of(long waitsUs) => waitsUs < 140 ? RequestOutcome.Cancelled : RequestOutcome.Stopped;
    }

    [Fact]
    public void An_answer_that_is_whole_at_the_last_moment_is_in_time()
    {
        RequestOutcome? Outcome(long timeoutUs) => RunVerified([Request(0, 4, 1)], Small() with { Clients = new ClientOptions { TimeoutUs = timeoutUs } }).Records[0].Outcome;
        Assert.Equal((RequestOutcome.Stopped, RequestOutcome.Cancelled), (Outcome(140), Outcome(139)));
    }

    [Fact]
    public void A_client_that_would_have_waited_longer_does_not_lengthen_the_run()
    {
        var patient = RunVerified([Request(0, 4, 8)], Small() with { Clients = new ClientOptions { TimeoutUs = 3_600_000_000 } });
        var endless = RunVerified([Request(0, 4, 8)], Small());
        Assert.Equal((endless.MakespanUs, endless.Timeline.Buckets.Count), (patient.MakespanUs, patient.Timeline.Buckets.Count));
    }

    [Fact]
    public void A_request_may_be_given_up_on_its_way()
    {
        var log = new RunLog();
        var result = RunVerified([Request(0, 4, 1)], Small() with { Clients = new ClientOptions { TimeoutUs = 50, RequestUs = _ => 60 } }, log);
        Assert.Equal((0, 1, 0L), (log.Arrivals.Count, result.Totals.Cancelled, result.Steps));
    }

    [Fact]
    public void Latency_counts_from_the_first_attempt_and_tokens_from_the_last()
    {
        // Request 1 waits behind request 0 until 847 and is given up in its first step, at 910; nobody is before it when it comes back at 2910.
        var options = Small() with { Limits = Small().Limits with { RunningMax = 1 } };
        var result = RunVerified([Request(0, 4, 8), Request(10, 4, 3)], options with
        {
            Clients = new ClientOptions
            {
                TimeoutUs = 900,
                Retries = new RetryOptions { BackoffUs = 2000, Jitter = 0 },
            },
        });
        Assert.Equal((2, 10L, 2910L, 3), (result.Records[1].Attempts, result.Records[1].ArrivalUs, result.Records[1].ScheduledUs, result.Records[1].OutputTokens));
        Assert.Equal(3040, result.Records[1].TtftUs);
        Assert.Equal((1, 3L), (result.Records[0].Attempts, result.Totals.Attempts));
    }

    [Fact]
    public void Waits_grow_exponentially_up_to_their_limit_and_chance_only_shortens_them()
    {
        List<long> Waits(double jitter)
        {
            var log = new RunLog();
            var options = Small() with { Clients = new ClientOptions { TimeoutUs = 5, Retries = new RetryOptions { AttemptsMax = 6, BackoffUs = 100, BackoffUsMax = 700, Jitter = jitter } } };
            RunVerified([Request(0, 4, 1)], options, log);
            var sent = log.Arrivals.Select(arrival => arrival.AtUs).ToArray();
            return [.. sent.Zip(sent.Skip(1), (from, to) => to - from - 5)];
        }

        Assert.Equal([100L, 200, 400, 700, 700], Waits(0));
        var shortened = Waits(0.5);
        Assert.All(shortened.Zip(Waits(0)), pair => Assert.InRange(pair.First, pair.Second / 2, pair.Second));
        Assert.NotEqual(Waits(0), shortened);
    }

    [Fact]
    public void INV_SIM_13_a_retry_storm_ends_and_a_budget_damps_it()
    {
        // Everybody gives up after 300 us, which the 100 who come at once cannot all be served in.
        var trace = Enumerable.Range(0, 100).Select(number => Request(number / 10, 4, 4)).ToArray();
        long Attempts(RetryOptions? retries, out SimulationResult result)
        {
            result = RunVerified(trace, Small() with { Clients = new ClientOptions { TimeoutUs = 300, Retries = retries } });
            Assert.Equal(100, result.Totals.Ended);
            return result.Totals.Attempts;
        }

        var storm = new RetryOptions { AttemptsMax = 20, BackoffUs = 1, BackoffUsMax = 1 };
        Assert.Equal(100, Attempts(null, out _));
        Assert.InRange(Attempts(storm, out _), 500, 2000);
        Assert.InRange(Attempts(storm with { BudgetShare = 0.2, BudgetFloor = 5 }, out _), 120, 125);
    }

    [Fact]
    public void Refused_requests_are_tried_again_unless_they_can_never_fit()
    {
        var options = Small() with { Limits = Small().Limits with { RunningMax = 1, WaitingMax = 1 }, Clients = new ClientOptions { Retries = new RetryOptions { BackoffUs = 400, Jitter = 0 } } };
        var result = RunVerified([Request(0, 4, 3), Request(1, 4, 3), Request(2, 4, 3), Request(5000, 5000, 3)], options);
        Assert.Equal([1, 1, 2, 1], result.Records.Select(record => record.Attempts));
        Assert.Equal((3, RequestOutcome.RefusedNeverFits), (result.Completed, result.Records[3].Outcome!.Value));
    }

    [Fact]
    public void A_missed_deadline_is_counted_and_nothing_else()
    {
        var trace = new[] { Request(0, 4, 1), Request(0, 4, 8), Request(0, 5000, 1) };
        var with = RunVerified(trace, Small() with { Clients = new ClientOptions { DeadlineUs = 400 } });
        var without = RunVerified(trace, Small());
        Assert.Equal((2, 0), (with.Totals.DeadlinesMissed, without.Totals.DeadlinesMissed));
        Assert.Equal(without.Records, with.Records);
    }

    [Theory]
    [InlineData(140, 0)]
    [InlineData(139, 1)]
    public void An_answer_that_is_whole_at_its_deadline_has_not_missed_it(long deadlineUs, int missed)
    {
        // Alone, a prompt of 4 tokens and its only token take 140 us.
        var clients = new ClientOptions { DeadlineUs = deadlineUs };
        Assert.Equal(missed, RunVerified([Request(0, 4, 1)], Small() with { Clients = clients }).Totals.DeadlinesMissed);
    }

    [Fact]
    public void A_tenants_priority_reaches_a_policy_that_reads_it()
    {
        var planner = new PriorityWatcher();
        var tenants = new[] { new TenantSpec { Name = "batch", Priority = 5, Class = 2 }, new TenantSpec { Name = "chat", Priority = -1 } };
        RunVerified(
            [Request(0, 4, 1) with { Tenant = "chat" }, Request(0, 4, 1) with { Tenant = "batch" }], Small(planner: planner) with { Clients = new ClientOptions { Tenants = tenants } });
        Assert.Equal([(1, -1, 0), (0, 5, 2)], planner.Seen);
    }

    [Theory]
    [InlineData("intruder", "Request 0 is of tenant 'intruder', which the run does not have. Tenants: chat, batch.")]
    [InlineData(null, "Request 0 names no tenant. Tenants: chat, batch.")]
    public void A_request_of_nobody_the_run_knows_is_an_error(string? name, string message)
    {
        var clients = new ClientOptions { Tenants = [new TenantSpec { Name = "chat" }, new TenantSpec { Name = "batch" }] };
        var fault = Assert.Throws<SimulationException>(() => RunVerified([Request(0, 4, 1) with { Tenant = name }], Small() with { Clients = clients }));
        Assert.Equal(message, fault.Message);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Refuses("TimeoutUs", new ClientOptions { TimeoutUs = 0 });
        Refuses("deadline", new ClientOptions { DeadlineUs = -1 });
        Refuses("AttemptsMax", new ClientOptions { Retries = new RetryOptions { AttemptsMax = 1 } });
        Refuses("Jitter", new ClientOptions { Retries = new RetryOptions { Jitter = 2 } });
        Refuses("BackoffUs", new ClientOptions { Retries = new RetryOptions { BackoffUs = 0 } });
        Refuses("Weight", new ClientOptions { Tenants = [new TenantSpec { Name = "a", Weight = 0 }] });
        Refuses("'a' is there twice", new ClientOptions { Tenants = [new TenantSpec { Name = "a" }, new TenantSpec { Name = "a" }] });
    }

    private static void Refuses(string what, ClientOptions clients) =>
        Assert.Contains(what, Assert.ThrowsAny<ArgumentException>(clients.Validate).Message, StringComparison.OrdinalIgnoreCase);
}
