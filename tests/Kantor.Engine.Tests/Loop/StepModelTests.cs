using Kantor.Core.StepTime;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Clocks;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Loop;

public class StepModelTests
{
    [Fact]
    public void The_engine_learns_the_back_ends_step_times_from_its_own_steps()
    {
        var truth = new LinearStepTime(2_000, 30, 200, 1);
        var bench = new EngineBench(new ScriptedBackendOptions { StepTime = truth });
        for (var round = 0; round < 10; round++)
        {
            bench.Run([.. Enumerable.Range(0, 1 + round).Select(index => bench.Submit(EngineBench.Request($"{round} {new string('y', 20 * index)}")))]);
        }

        var model = bench.Loop.StepModel;
        Assert.Equal(bench.Loop.Snapshot.Steps - 2, model.Samples);
        Assert.InRange(model.FixedUs, 1_900, 2_100);
        Assert.InRange(model.PrefillTokenUs, 25, 35);
        Assert.InRange(model.DecodeSequenceUs, 180, 220);
        Assert.InRange(model.ResidentKvTokenUs, 0.9, 1.1);
        Assert.True(model.MeanAbsoluteErrorUs < 0.05 * model.MeanStepUs);
    }

    [Fact]
    public void The_first_two_steps_teach_nothing()
    {
        var clock = new VirtualClock();
        var bench = new EngineBench(new ScriptedBackendOptions
        {
            Clock = clock,
            StepTime = new LinearStepTime(1_000, 0, 0, 0),
            EndsOneIn = null,
            OnExecute = call => clock.Advance(call < 2 ? 500_000 : 0),
        });
        bench.Run(bench.Submit(EngineBench.Request("Cold start", 10)));
        Assert.Equal(1_000, bench.Loop.StepModel.MeanStepUs!.Value, 1e-6);
    }

    [Fact]
    public void Times_of_a_request_are_those_of_its_steps()
    {
        var bench = new EngineBench(new ScriptedBackendOptions { StepTime = new LinearStepTime(1_000, 0, 0, 0), EndsOneIn = null, BatchTokensMax = 8 }, options: options => options with { RunningMax = 1 });
        var first = bench.Submit(new GenerationRequest { PromptTokens = new int[16], OutputTokensMax = 4 });
        var second = bench.Submit(new GenerationRequest { PromptTokens = new int[16], OutputTokensMax = 4 });
        bench.Run(first, second);
        Assert.Equal((0, 2_000, 5_000), (first.Finish.QueueUs, first.Finish.TtftUs, first.Finish.TotalUs));
        Assert.Equal((5_000, 6_000, 9_000), (second.Finish.QueueUs, second.Finish.TtftUs, second.Finish.TotalUs));
        Assert.Equal((2, 6), (bench.Ended.FirstTokens, bench.Ended.NextTokens));
    }
}
