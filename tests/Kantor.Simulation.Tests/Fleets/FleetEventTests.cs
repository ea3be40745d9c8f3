using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Pools;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Fleets;

/// <summary>Steps of 100 µs + 10 µs per prefill token + 1 µs per decode: a prompt of 4 tokens takes 140 µs, each token after the first 101.</summary>
public class FleetEventTests
{
    [Fact]
    public void A_request_whose_replica_fails_goes_on_elsewhere_and_computes_again_what_it_had()
    {
        var result = RunVerified([Request(0, 4, 8)], Two(new ReplicaFails { AtUs = 300, Replica = 0 }));
        // Tokens at 140 and 241; at 300 the other replica computes 4 + 2 tokens in 160 us and gives the third token.
        var record = result.Records[0];
        Assert.Equal((140L, 460 + (5 * 101), 8, RequestOutcome.LengthReached), (record.FirstTokenUs!.Value, record.LastTokenUs!.Value, record.OutputTokens, record.Outcome));
        Assert.Equal(460 - 241, record.GapUsMax);
        Assert.Equal((1, 1), (result.Fleet.Failed, result.Fleet.HandedOn));
        // Two replicas until 300, one from there on.
        Assert.Equal(300 + result.MakespanUs, result.Fleet.ReplicaUs);
    }

    [Fact]
    public void By_option_the_requests_of_a_failed_replica_fail_with_it()
    {
        var options = Two(new ReplicaFails { AtUs = 300, Replica = 0 });
        var result = RunVerified([Request(0, 4, 8), Request(1, 4, 8)], options with { Fleet = options.Fleet with { LostRequests = LostRequests.Fail } });
        Assert.Equal((RequestOutcome.BackendFailed, 2), (result.Records[0].Outcome!.Value, result.Records[0].OutputTokens));
        Assert.Equal(RequestOutcome.LengthReached, result.Records[1].Outcome);
    }

    [Fact]
    public void A_token_of_the_very_moment_of_the_failure_is_still_sent()
    {
        var result = RunVerified([Request(0, 4, 2)], Two(new ReplicaFails { AtUs = 241, Replica = 0 }));
        Assert.Equal((241L, 0), (result.Records[0].LastTokenUs!.Value, result.Fleet.HandedOn));
    }

    [Fact]
    public void A_replica_that_restarts_has_a_new_number_and_an_empty_cache()
    {
        TraceRequest[] trace = [Request(0, 8, 1, 1, 2), Request(1000, 8, 1, 1, 2), Request(3000, 8, 1, 1, 2)];
        var log = new RunLog();
        var result = RunVerified(trace, Small() with { Fleet = new FleetOptions { Events = [new ReplicaFails { AtUs = 2000, Replica = 0, RestartsAfterUs = 500 }] } }, log);
        Assert.Equal([0, 0, 1], log.Arrivals.Select(arrival => arrival.Replica));
        // The second finds its first block; the third, on the replica that started anew, nothing.
        Assert.Equal([180L, 140, 180], result.Records.Select(record => record.TtftUs!.Value));
        Assert.Equal((1, 1), (result.Fleet.Failed, result.Fleet.Joined));
    }

    [Fact]
    public void Requests_wait_outside_in_their_order_while_no_replica_takes_requests_and_beyond_the_limit_are_refused()
    {
        var options = Small() with { Fleet = new FleetOptions { WaitingOutsideMax = 2, Events = [new ReplicaFails { AtUs = 0, Replica = 0, RestartsAfterUs = 5000 }] } };
        var log = new RunLog();
        var result = RunVerified([Request(10, 4, 1), Request(20, 4, 1), Request(30, 4, 1), Request(6000, 4, 1)], options, log);
        Assert.Equal([RequestOutcome.Stopped, RequestOutcome.Stopped, RequestOutcome.RefusedQueueFull, RequestOutcome.Stopped], result.Records.Select(record => record.Outcome!.Value));
        Assert.Equal([(0, 1, 5000L), (1, 1, 5000), (3, 1, 6000)], log.Arrivals);
        Assert.Equal(2, result.Fleet.WaitedOutside);
    }

    [Fact]
    public void When_no_replica_will_come_the_requests_that_wait_end_with_the_fleet()
    {
        var result = RunVerified([Request(0, 4, 8), Request(500, 4, 1)], Small() with { Fleet = new FleetOptions { Events = [new ReplicaFails { AtUs = 300, Replica = 0 }] } });
        Assert.All(result.Records, record => Assert.Equal(RequestOutcome.ShutDown, record.Outcome));
        Assert.Equal((2, 500L), (result.Records[0].OutputTokens, result.MakespanUs));
    }

    [Fact]
    public void A_replica_that_drains_finishes_what_it_has_and_leaves()
    {
        var log = new RunLog();
        var result = RunVerified([Request(0, 4, 8), Request(100, 4, 8), Request(300, 4, 8), Request(400, 4, 8)], Two(new ReplicaDrains { AtUs = 200, Replica = 0 }), log);
        Assert.Equal([0, 1, 1, 1], log.Arrivals.Select(arrival => arrival.Replica));
        Assert.Equal((1, 0, 0), (result.Fleet.Left, result.Fleet.Failed, result.Fleet.HandedOn));
        // It leaves with its last token, at 140 + 7 * 101.
        Assert.Equal(847 + result.MakespanUs, result.Fleet.ReplicaUs);
    }

    [Fact]
    public void A_replica_that_joins_takes_requests_from_then_on()
    {
        var log = new RunLog();
        var options = Small() with { Router = new LeastLoadedRouter(), Fleet = new FleetOptions { Events = [new ReplicaJoins { AtUs = 200 }] } };
        var result = RunVerified([Request(0, 4, 8), Request(100, 4, 8), Request(300, 4, 8)], options, log);
        Assert.Equal([0, 0, 1], log.Arrivals.Select(arrival => arrival.Replica));
        Assert.Equal((1, 2), (result.Fleet.Joined, result.Fleet.TakingMax));
        Assert.Equal((2 * result.MakespanUs) - 200, result.Fleet.ReplicaUs);
    }

    [Fact]
    public void Replicas_that_step_together_fail_together()
    {
        var log = new RunLog();
        var options = Two(new ReplicaFails { AtUs = 300, Replica = 0, RestartsAfterUs = 100 }) with { LockstepReplicas = 2 };
        var result = RunVerified([Request(0, 4, 8), Request(0, 4, 8)], options, log);
        Assert.Equal((2, 2, 2), (result.Fleet.Failed, result.Fleet.Joined, result.Fleet.HandedOn));
        Assert.Equal([0, 1, 2, 3], log.Arrivals.Select(arrival => arrival.Replica));
        Assert.All(result.Records, record => Assert.Equal(8, record.OutputTokens));
    }

    [Fact]
    public void All_batches_of_a_pipeline_that_fails_are_lost()
    {
        var options = Two(new ReplicaFails { AtUs = 250, Replica = 0 }) with { PipelineStages = 2, Limits = Small().Limits with { StepTokensMax = 4 } };
        var result = RunVerified([Request(0, 4, 8), Request(1, 4, 8), Request(2, 4, 8)], options);
        Assert.Equal(2, result.Fleet.HandedOn);
        Assert.All(result.Records, record => Assert.Equal(8, record.OutputTokens));
    }

    [Theory]
    [InlineData(145)]
    [InlineData(150)]
    public void When_a_prefilling_replica_fails_the_decoding_one_computes_the_prompt_that_it_was_to_pull(long failsUs)
    {
        // The first token at 140; pulling 4 tokens takes until 190.
        var result = RunVerified([Request(0, 4, 4)], Apart(new ReplicaFails { AtUs = failsUs, Replica = 0 }));
        // 5 tokens are computed from then on; the copy's event, at 190, means nothing any more.
        Assert.Equal((failsUs + 150) - 140, result.Records[0].GapUsMax);
        Assert.Equal((4, 0, 1), (result.Records[0].OutputTokens, result.Fleet.HandedOn, result.Fleet.Failed));
    }

    [Fact]
    public void When_a_decoding_replica_fails_during_the_pull_another_pulls_what_is_still_kept()
    {
        var result = RunVerified([Request(0, 4, 4)], Apart(new ReplicaFails { AtUs = 150, Replica = 1, RestartsAfterUs = 100 }));
        // Waits until 250 for a decoding replica, pulls for 50 us, then decodes its fifth token's step of 101 us.
        Assert.Equal(250 + 50 + 101, result.Records[0].FirstTokenUs + result.Records[0].GapUsMax);
        Assert.Equal((1, 1), (result.Fleet.HandedOn, result.Fleet.WaitedOutside));
    }

    [Fact]
    public void When_a_decoding_replica_fails_after_the_pull_prompt_and_tokens_are_prefilled_again()
    {
        var log = new RunLog();
        // Tokens at 140, 291 and 392; it fails at 400: 6 tokens and a new one by 400 + 170 where prompts are computed, which the new decoding replica pulls.
        var result = RunVerified([Request(0, 4, 5)], Apart(new ReplicaFails { AtUs = 400, Replica = 1, RestartsAfterUs = 0 }), log);
        Assert.Equal([(0, 0, 0L), (0, 0, 400)], log.Arrivals);
        Assert.Equal(new[] { (0, 0L), (1, 190), (1, 291), (1, 392), (0, 400), (2, 0) }[..5], log.Steps.Take(5).Select(step => (step.Replica, step.FromUs)));
        Assert.Equal((2, 5), (log.Steps[^1].Replica, result.Records[0].OutputTokens));
    }

    [Fact]
    public void Events_that_make_no_sense_are_refused_and_those_that_meet_nobody_are_counted()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RunVerified([], Two(new ReplicaFails { AtUs = -1, Replica = 0 })));
        Assert.Throws<ArgumentOutOfRangeException>(() => RunVerified([], Two(new ReplicaDrains { AtUs = 1, Replica = -1 })));
        Assert.Throws<ArgumentOutOfRangeException>(() => RunVerified([], Two(new ReplicaJoins { AtUs = 1, Decodes = true })));
        Assert.Throws<ArgumentOutOfRangeException>(() => RunVerified([], Two(new ReplicaFails { AtUs = 1, Replica = 0, RestartsAfterUs = -5 })));
        Assert.Equal(1, RunVerified([Request(0, 4, 8)], Two(new ReplicaFails { AtUs = 1, Replica = 77 })).Fleet.EventsWithoutReplica);
    }

    [Fact]
    public void What_lies_beyond_the_last_request_does_not_happen()
    {
        var result = RunVerified([Request(0, 4, 8)], Two(new ReplicaFails { AtUs = 1_000_000, Replica = 0 }));
        Assert.Equal(0, result.Fleet.Failed);
    }

    private static SimulationOptions Two(params FleetEvent[] events) => Small() with { Replicas = 2, Fleet = new FleetOptions { Events = events } };

    /// <summary>One replica that computes prompts, one that decodes; KV of a token takes 10 µs from one to the other, and 10 µs more for each copy.</summary>
    private static SimulationOptions Apart(params FleetEvent[] events) => Small() with
    {
        Fleet = new FleetOptions { Events = events },
        Decode = new DecodePool
        {
            Planner = Small().Planner,
            Router = new RoundRobinRouter(),
            Limits = Small().Limits,
            Kv = Small().Kv,
            StepTime = Small().StepTime,
            NewPredictor = Small().NewPredictor,
            Link = new KvLink { TokensPerUs = 0.1, LatencyUs = 10 },
        },
    };
}
