using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;
using Kantor.Simulation.Calibration;
using Kantor.Simulation.Traces;

namespace Kantor.Simulation.Tests.Calibration;

public class ReplayTests
{
    [Fact]
    public void A_lone_user_waits_for_the_way_there_and_one_prefill()
    {
        var timings = Loop(users: 1, requests: 5, planAhead: false);
        Assert.Equal(5, timings.Count);
        foreach (var timing in timings)
        {
            Assert.Equal((7_000 + Steps.StepUs(new StepLoad(400, 0, 0, 400.0 * 400))) / 1e3, timing.TtftMs, 1e-6);
            Assert.InRange(timing.TpotMs!.Value, Steps.StepUs(new StepLoad(0, 1, 400, 0)) / 1e3, Steps.StepUs(new StepLoad(0, 1, 420, 0)) / 1e3);
        }
    }

    [Fact]
    public void Users_are_throughput_times_residence()
    {
        var timings = Loop(users: 8, requests: 400, planAhead: false);
        var residenceMs = timings.Average(timing => timing.TtftMs + (19 * timing.TpotMs!.Value));
        var lastMs = timings.Sum(timing => timing.TtftMs + (19 * timing.TpotMs!.Value)) / 8;
        Assert.Equal(8, 400 / lastMs * residenceMs, 1e-6);
        Assert.True(residenceMs > Loop(users: 1, requests: 5, planAhead: false).Average(timing => timing.TtftMs + (19 * timing.TpotMs!.Value)));
    }

    [Fact]
    public void A_request_that_arrives_during_a_step_misses_the_next_one_when_steps_are_planned_ahead()
    {
        var now = Loop(users: 4, requests: 200, planAhead: false, scatter: 17).Average(timing => timing.TtftMs);
        var ahead = Loop(users: 4, requests: 200, planAhead: true, scatter: 17).Average(timing => timing.TtftMs);
        Assert.InRange(ahead - now, 1, 30);
    }

    [Fact]
    public void One_group_replays_as_the_simulator_does()
    {
        var trace = Trace();
        var replayed = LockstepReplay.Run(new LockstepReplayOptions { Trace = trace, Groups = 1, Replica = Replica(), StepTime = Steps });
        var simulated = Simulator.Run(trace, new SimulationOptions
        {
            Planner = new VllmV1Planner(),
            Router = new RoundRobinRouter(),
            Limits = Replica().Limits,
            Kv = Replica().Kv,
            StepTime = Steps,
            NewPredictor = () => new ConstantLengthPredictor(20),
            OutputTokensMax = trace.Max(request => request.OutputTokens),
        });
        for (var i = 0; i < trace.Count; i++)
        {
            Assert.Equal(simulated.Records[i].TtftUs!.Value / 1e3, replayed[i].TtftMs, 0.5);
            Assert.Equal(simulated.Records[i].TpotUs!.Value / 1e3, replayed[i].TpotMs!.Value, 0.05);
        }
    }

    [Fact]
    public void Chunks_of_one_group_delay_the_decodes_of_the_others()
    {
        List<TraceRequest> quiet = [new(0, 100, 200)];
        List<TraceRequest> loud = [new(0, 100, 200), new(10, 8000, 2)];
        double Tpot(List<TraceRequest> trace) =>
            LockstepReplay.Run(new LockstepReplayOptions { Trace = trace, Groups = 2, Replica = Replica(), StepTime = Steps with { Groups = 2 } })[0].TpotMs!.Value;
        Assert.True(Tpot(loud) > Tpot(quiet) + (Steps.StepUs(new StepLoad(2048, 0, 0, 0)) * 3 / 1e3 / 200));
    }

    private static readonly ComposedStepTime Steps = new()
    {
        TokensUs = new TokenTable(tokens => 4000 + (20.0 * tokens), 8192),
        SampledUs = new TokenTable(rows => 100 + rows, 1024),
        DecodeAttentionUs = new OctaveGrid((sequences, kv) => 20 + sequences + (0.01 * kv), 14, 28),
        MixedDecodeAttentionUs = new OctaveGrid((sequences, kv) => 20 + sequences + (0.01 * kv), 14, 28),
        PrefillAttentionUs = new OctaveGrid((_, attention) => 30 + (0.0001 * attention), 18, 40),
    };

    private static ReplicaOptions Replica() => new()
    {
        Planner = new VllmV1Planner(),
        Limits = new BatchLimits { StepTokensMax = 2048, RunningMax = 64 },
        Kv = new KvLedgerOptions { BlocksTotal = 4000, BlockSizeTokens = 16, PrefixCaching = false },
        Predictor = new ConstantLengthPredictor(20),
        StepTime = Steps,
    };

    private static List<TraceRequest> Trace() =>
        [.. Enumerable.Range(0, 60).Select(i => new TraceRequest(40_000L * i, 100 + (37 * i % 900), 10 + (13 * i % 50)))];

    private static IReadOnlyList<ClosedLoopTiming> Loop(int users, int requests, bool planAhead, int scatter = 1) => ClosedLoop.Run(new ClosedLoopOptions
    {
        Users = users,
        Lengths = [.. Enumerable.Range(0, requests).Select(i => (400, 20 + (7 * i % scatter)))],
        Replica = Replica(),
        RequestUs = _ => 7_000,
        PlansAhead = planAhead,
    });
}
