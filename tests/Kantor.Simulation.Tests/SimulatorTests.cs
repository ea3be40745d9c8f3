using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Core.StepTime;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests;

/// <summary>Scenarios small enough to be worked out by hand, step by step.</summary>
public class SimulatorTests
{
    [Fact]
    public void A_long_prompt_is_chunked_and_a_later_one_joins_its_last_chunk()
    {
        // 0: chunk of 10 (200 us). 200: last 5 of request 0 and all 4 of request 1 (190 us). 390: two decodes (102 us). 492: one decode (101 us).
        var log = new RunLog();
        var result = RunVerified([Request(0, 15, 2), Request(120, 4, 3)], Small(), log);
        Assert.Equal([(0L, 200L), (200, 390), (390, 492), (492, 593)], log.Steps.Select(step => (step.FromUs, step.ToUs)));
        Assert.Equal([(0, 10, 5), (1, 0, 4)], log.Steps[1].Slices);
        var (first, second) = (result.Records[0], result.Records[1]);
        Assert.Equal((390L, 492L, 102L), (first.TtftUs, first.E2eUs, first.GapUsMax));
        Assert.Equal((270L, 473L, 102L), (second.TtftUs, second.E2eUs, second.GapUsMax));
        Assert.Equal((0L, 200L), (first.ScheduledUs, second.ScheduledUs));
        Assert.Equal(101.5, second.TpotUs);
        Assert.Equal((3L, (102 + 102 + 101) / 3.0), (result.Gaps.Count, result.Gaps.MeanUs));
        Assert.Equal((593L, 2, 0, 0L), (result.MakespanUs, result.Completed, result.Rejected, result.Preemptions));
    }

    [Fact]
    public void Without_room_the_newest_request_is_preempted_and_recomputed_when_its_whole_sequence_fits()
    {
        // 3 blocks of 4. 180: each has a token, request 0 takes the last block, request 1 gives way. 685: request 0 is done, request 1
        // recomputes 5 tokens (150 us), then decodes twice.
        var result = RunVerified([Request(0, 4, 6), Request(0, 4, 4)], Small(blocks: 3));
        var (first, second) = (result.Records[0], result.Records[1]);
        Assert.Equal((180L, 685L, 101L), (first.TtftUs, first.E2eUs, first.GapUsMax));
        Assert.Equal((180L, 1037L, 655L), (second.TtftUs, second.E2eUs, second.GapUsMax));
        Assert.Equal((1L, 4L), (result.Preemptions, result.RecomputedTokens));

        var roomy = RunVerified([Request(0, 4, 6), Request(0, 4, 4)], Small(blocks: 6));
        Assert.Equal((0L, 0L), (roomy.Preemptions, roomy.RecomputedTokens));
    }

    [Theory]
    [InlineData(true, 140, 0.25)]
    [InlineData(false, 180, 0.0)]
    public void A_shared_prefix_is_not_computed_again_unless_caching_is_off(bool caching, long ttftUs, double hitRate)
    {
        var options = Small();
        options = options with { Kv = options.Kv with { PrefixCaching = caching } };
        var result = RunVerified([Request(0, 8, 1, 1, 2), Request(1000, 8, 1, 1, 3)], options);
        Assert.Equal(ttftUs, result.Records[1].TtftUs);
        Assert.Equal(hitRate, result.PrefixHitRate);
    }

    [Fact]
    public void All_that_arrives_in_the_microsecond_in_which_a_step_begins_can_be_part_of_it()
    {
        var log = new RunLog();
        // The first two start together; the third arrives at the very moment at which their step ends.
        RunVerified([Request(50, 3, 2), Request(50, 3, 2), Request(210, 3, 1)], Small(), log);
        Assert.Equal((50L, 210L), (log.Steps[0].FromUs, log.Steps[0].ToUs));
        Assert.Equal([0, 1], log.Steps[0].Slices.Select(slice => slice.Request));
        Assert.Equal([0, 1, 2], log.Steps[1].Slices.Select(slice => slice.Request));
    }

    [Fact]
    public void An_output_longer_than_declared_is_cut_and_one_of_that_length_has_reached_it()
    {
        var result = RunVerified([Request(0, 4, 2), Request(0, 4, 3), Request(0, 4, 50)], Small(outputTokensMax: 3));
        Assert.Equal([RequestOutcome.Stopped, RequestOutcome.LengthReached, RequestOutcome.LengthReached], result.Records.Select(record => record.Outcome!.Value));
        Assert.Equal([2, 3, 3], result.Records.Select(record => record.OutputTokens));
    }

    [Fact]
    public void What_can_never_fit_is_rejected_at_once_and_hinders_nobody()
    {
        // 3 blocks of 4: prompt + 8 - 1 tokens must be at most 12.
        var result = RunVerified([Request(0, 6, 1), Request(0, 5, 1), Request(7, 13, 1)], Small(blocks: 3));
        Assert.Equal(
            [RequestOutcome.RefusedNeverFits, RequestOutcome.Stopped, RequestOutcome.RefusedNeverFits], result.Records.Select(record => record.Outcome!.Value));
        Assert.Equal((1, 2), (result.Completed, result.Rejected));
        Assert.Null(result.Records[0].TtftUs);
    }

    [Fact]
    public void A_full_queue_rejects_the_newest()
    {
        var options = Small();
        var result = RunVerified([Request(0, 4, 1), Request(0, 4, 1), Request(0, 4, 1)], options with { Limits = options.Limits with { WaitingMax = 2 } });
        Assert.Equal(RequestOutcome.RefusedQueueFull, result.Records[2].Outcome);
        Assert.Equal((2, 1), (result.Completed, result.Rejected));
    }

    [Fact]
    public void Replicas_work_at_the_same_time_and_take_turns()
    {
        var log = new RunLog();
        var result = RunVerified([Request(0, 10, 1), Request(0, 10, 1), Request(0, 10, 1)], Small() with { Replicas = 2 }, log);
        Assert.Equal([0, 1, 0], log.Arrivals.Select(arrival => arrival.Replica));
        Assert.Equal([200L, 200, 400], result.Records.Select(record => record.E2eUs!.Value));
    }

    [Fact]
    public void Least_loaded_avoids_the_replica_that_still_works()
    {
        var log = new RunLog();
        var options = Small() with { Replicas = 2, Router = new LeastLoadedRouter() };
        RunVerified([Request(0, 10, 8), Request(0, 10, 1), Request(300, 10, 1), Request(301, 10, 1)], options, log);
        Assert.Equal([0, 1, 1, 0], log.Arrivals.Select(arrival => arrival.Replica));
    }

    [Fact]
    public void Steps_take_whole_microseconds_rounded_up_and_at_least_one()
    {
        var log = new RunLog();
        RunVerified([Request(0, 1, 2)], Small() with { StepTime = new LinearStepTime(0, 2.25, 0, 0) }, log);
        Assert.Equal([3L, 1], log.Steps.Select(step => step.ToUs - step.FromUs));
    }

    [Fact]
    public void An_empty_trace_gives_an_empty_result()
    {
        var result = Simulator.Run([], Small());
        Assert.Equal((0, 0, 0L), (result.Completed, result.Rejected, result.MakespanUs));
    }

    [Fact]
    public void Many_requests_at_the_same_moment_all_end()
    {
        var options = Small() with { StepTime = new LinearStepTime(1, 0, 0, 0), Replicas = 3 };
        var result = Simulator.Run([.. Enumerable.Range(0, 20_000).Select(_ => Request(0, 3, 2))], options);
        Assert.Equal(20_000, result.Completed);
    }

    [Fact]
    public void A_trace_out_of_order_and_options_out_of_range_are_refused()
    {
        Assert.Throws<InvalidOperationException>(() => Simulator.Run([Request(5, 1, 1), Request(4, 1, 1)], Small()));
        Assert.Throws<ArgumentOutOfRangeException>(() => Simulator.Run([], Small() with { Replicas = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Simulator.Run([], Small(outputTokensMax: 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Simulator.Run([], Small(blocks: 0)));
    }

    [Fact]
    public void Time_that_leaves_its_range_is_an_error_and_no_wrong_time() =>
        Assert.Throws<OverflowException>(() => Simulator.Run([new TraceRequest(long.MaxValue - 50, 4, 1)], Small()));

    [Fact]
    public void A_cancelled_run_stops()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => Simulator.Run([Request(0, 4, 1)], Small(), cancellation: cancellation.Token));
    }
}
