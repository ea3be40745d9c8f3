using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Core.Statistics;
using Kantor.Core.StepTime;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Metrics;

public class RunRecorderTests
{
    [Fact]
    public void A_streamed_run_holds_as_few_records_as_are_open_however_long_it_is()
    {
        const int requests = 200_000;
        var spec = WorkloadSpec.Chat(requests, ratePerS: 5000) with { PromptLength = new ConstantLength(2), OutputLength = new ConstantLength(1) };
        var options = Small() with { KeepsRecords = false, StepTime = new LinearStepTime(10, 1, 1, 0) };
        var result = Simulator.Run(TraceSource.Of(WorkloadGenerator.Stream(spec, seed: 1)), options);
        Assert.Equal(requests, result.Completed);
        Assert.Equal(2 * RecordStore.ChunkRecords, result.RecordsHeldMax);
        Assert.Throws<InvalidOperationException>(() => result.Records);

        var kept = Simulator.Run(TraceSource.Of(WorkloadGenerator.Stream(spec, seed: 1).Take(10_000)), options with { KeepsRecords = true });
        Assert.Equal((10_000, 10 * RecordStore.ChunkRecords), (kept.Records.Count, kept.RecordsHeldMax));
    }

    [Fact]
    public void Counts_and_distributions_are_those_of_the_records()
    {
        for (var number = 0; number < 40; number++)
        {
            var run = RandomRun.Draw(number, "vllm-v1");
            var slo = new SloSpec { TtftUsMax = 2000, GapUsMax = 300 };
            var result = RunVerified(run.Trace, run.Options with { Slo = slo });
            var completed = result.Records.Where(record => record.IsCompleted).ToArray();
            Assert.Equal((run.Trace.Count, run.Trace.Count, completed.Length), (result.Totals.Arrived, result.Totals.Ended, result.Totals.Completed));
            Assert.Equal(result.Records.Count(record => slo.IsMetBy(record)), result.Totals.WithinSlo);
            Assert.Equal(result.Records.Sum(record => (long)record.OutputTokens), result.Totals.OutputTokens);
            Assert.Equal(Enum.GetValues<RequestOutcome>().Select(outcome => result.Records.Count(record => record.Outcome == outcome)), Enum.GetValues<RequestOutcome>().Select(result.Totals.Count));
            RequireSame(completed.Select(record => record.TtftUs), result.Totals.Ttft);
            RequireSame(completed.Select(record => record.E2eUs), result.Totals.E2e);
            RequireSame(completed.Select(record => record.QueueingDelayUs), result.Totals.QueueingDelay);
            RequireSame(completed.Where(record => record.OutputTokens > 1).Select(record => (long?)record.GapUsMax), result.Totals.GapMax);
            RequireSame(completed.Select(record => record.TpotUs is { } tpot ? (long?)Math.Round(tpot) : null), result.Totals.Tpot);
        }
    }

    [Fact]
    public void Each_tenant_has_its_own_totals_which_add_up_to_the_whole()
    {
        var trace = TenantWorkload.Draw(TenantWorkload.Flood(tenants: 3, ratePerS: 3, factor: 4, spanS: 60), 100, seed: 1);
        var result = Simulator.Run(trace, Yi34B(new Core.Batching.Policies.Arrival.FcfsPlanner(), 2048) with { Slo = new SloSpec { TtftUsMax = 2_000_000 } });
        Assert.Equal(trace.Select(request => request.Tenant).Distinct(), result.Tenants.Select(tenant => tenant.Tenant));
        Assert.All(result.Tenants, tenant =>
        {
            var own = trace.Index().Where(request => request.Item.Tenant == tenant.Tenant).ToArray();
            Assert.Equal(own.Sum(request => (long)request.Item.PromptTokens), tenant.Totals.PromptTokens);
            Assert.Equal(own.Sum(request => (long)result.Records[request.Index].OutputTokens), tenant.Totals.OutputTokens);
            Assert.Equal(own.Length, tenant.Totals.Ttft.Count);
        });
        Assert.Equal(result.Totals.WithinSlo, result.Tenants.Sum(tenant => tenant.Totals.WithinSlo));
        Assert.InRange(result.Totals.SloAttainment, 0.01, 0.99);
    }

    [Fact]
    public void Without_named_tenants_there_are_none_and_too_many_share_one()
    {
        Assert.Empty(RunVerified([Request(0, 4, 1)], Small()).Tenants);
        var many = Enumerable.Range(0, 1500).Select(index => Request(index * 500, 4, 1) with { Tenant = index < 2 ? null : $"t{index}" });
        var result = Simulator.Run([.. many], Small());
        Assert.Equal((1001, null, "t2"), (result.Tenants.Count, result.Tenants[0].Tenant, result.Tenants[1].Tenant));
        Assert.Equal((2, 498), (result.Tenants[0].Totals.Completed, result.TenantsBeyond!.Completed));
    }

    [Fact]
    public void A_request_that_never_arrived_or_has_ended_cannot_end()
    {
        var recorder = NewRecorder();
        Assert.Throws<InvalidOperationException>(() => recorder.Ended(0, RequestOutcome.Stopped, 1));
        recorder.Arrived(0, Request(0, 4, 1), 0);
        recorder.Arrived(1, Request(0, 4, 1), 0);
        Assert.Equal([0, 1], recorder.Unfinished());
        recorder.Ended(0, RequestOutcome.Stopped, 1);
        Assert.Equal([1], recorder.Unfinished());
        Assert.Throws<InvalidOperationException>(() => recorder.Ended(0, RequestOutcome.Stopped, 1));
        Assert.Throws<InvalidOperationException>(() => recorder.Conclude([], "fcfs", "round-robin"));
    }

    [Fact]
    public void Time_counts_from_when_a_request_is_made_whatever_its_trace_says()
    {
        var recorder = NewRecorder();
        recorder.Arrived(0, Request(10, 4, 1), nowUs: 500);
        recorder.TokenGenerated(0, 700);
        recorder.Ended(0, RequestOutcome.Stopped, 700);
        var result = recorder.Conclude([], "fcfs", "round-robin");
        Assert.Equal((200L, 200L), (result.Totals.Ttft.MaxUs, result.MakespanUs));
    }

    private static RunRecorder NewRecorder() =>
        new(Objective.Goodput(new SloSpec()), new Dictionary<string, double>(), keepsRecords: true, new SimulationObserver());

    private static void RequireSame(IEnumerable<long?> values, DurationHistogram histogram)
    {
        long[] ascending = [.. values.OfType<long>().Order()];
        Assert.Equal((ascending.Length, ascending.LastOrDefault()), (histogram.Count, histogram.MaxUs));
        if (ascending.Length == 0) return;
        Assert.Equal(ascending.Average(), histogram.MeanUs!.Value, 6);
        var exact = Percentile.Of(ascending, 0.9);
        Assert.Equal(exact, histogram.PercentileUs(0.9)!.Value, exact * DurationHistogram.PercentileErrorMax);
    }
}
