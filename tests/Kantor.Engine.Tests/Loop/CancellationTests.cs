using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Loop;

public class CancellationTests
{
    // Endless answers, so that nothing ends before it is cancelled; steps of eight tokens, so that prompts take several.
    private static ScriptedBackendOptions Endless => new() { EndsOneIn = null, BatchTokensMax = 8, KvTokensTotal = 120 };

    private static GenerationRequest Long => EngineBench.Request("A prompt of thirty tokens or so", 60);

    [Fact]
    public void Before_the_loop_has_seen_the_request__F2()
    {
        var bench = new EngineBench(Endless);
        var answer = bench.Submit(Long);
        answer.Cancel();
        AssertGoneAfterOneTurn(bench, answer);
        Assert.Equal(0, bench.Backend.Calls);
        Assert.Null(answer.Finish.QueueUs);
    }

    [Fact]
    public void While_it_waits_in_the_queue__F2()
    {
        var bench = new EngineBench(Endless, options: options => options with { RunningMax = 1 });
        var first = bench.Submit(Long);
        var second = bench.Submit(EngineBench.Request("Another"));
        for (var turn = 0; turn < 6; turn++) bench.Loop.Step();
        second.Cancel();
        bench.Loop.Step();
        second.Read();
        Assert.Equal(RequestOutcome.Cancelled, second.Outcome);
        bench.Run(first, second);
        Assert.Equal(EngineBench.Alone(Long, Endless).Text, first.Text);
    }

    [Fact]
    public void In_the_turn_in_which_it_would_be_admitted__F2()
    {
        var bench = new EngineBench(Endless, options: options => options with { RunningMax = 1 });
        var first = bench.Submit(Long);
        bench.Loop.Step();
        var second = bench.Submit(EngineBench.Request("Another"));
        bench.Loop.Step();
        first.Cancel();
        second.Cancel();
        AssertGoneAfterOneTurn(bench, first);
        second.Read();
        Assert.Equal(RequestOutcome.Cancelled, second.Outcome);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Between_two_chunks_of_its_prompt__F2_G25(int chunks)
    {
        var bench = new EngineBench(Endless);
        var answer = bench.Submit(Long);
        for (var turn = 0; turn < chunks; turn++) bench.Loop.Step();
        answer.Cancel();
        AssertGoneAfterOneTurn(bench, answer);
        Assert.Equal(0, answer.Finish.GeneratedTokens);
        Assert.Equal(chunks * 8, bench.Loop.Scheduler.Kv.BlocksIdle);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void While_it_decodes__F2_INV_ENG_8(int tokens)
    {
        var bench = new EngineBench(Endless);
        var answer = bench.Submit(Long);
        bench.StepUntil(() => bench.Loop.Scheduler.Counters.GeneratedTokens >= tokens);
        answer.Cancel();
        AssertGoneAfterOneTurn(bench, answer);
        Assert.Equal(tokens, answer.Finish.GeneratedTokens);
    }

    [Fact]
    public void While_the_back_end_computes_its_step__F2()
    {
        Answer? answer = null;
        var bench = new EngineBench(Endless with { OnExecute = call => { if (call == 10) answer?.Cancel(); } });
        answer = bench.Submit(Long);
        bench.StepUntil(() => bench.Backend.Calls == 11);
        AssertGoneAfterOneTurn(bench, answer);
    }

    [Fact]
    public void While_it_waits_again_after_a_preemption__F2_G22()
    {
        var bench = new EngineBench(Endless with { KvTokensTotal = 95 });
        var first = bench.Submit(Long);
        var second = bench.Submit(EngineBench.Request("Quite another prompt of its own length", 40));
        bench.StepUntil(() => bench.Loop.Snapshot.Preemptions > 0);
        second.Cancel();
        bench.Loop.Step();
        second.Read();
        Assert.Equal(RequestOutcome.Cancelled, second.Outcome);
        Assert.Equal(1, second.Finish.Preemptions);
        bench.Run(first, second);
        Assert.Equal(EngineBench.Alone(Long, Endless).Text, first.Text);
    }

    [Fact]
    public void In_the_step_of_its_last_token_it_ends_once__G22_F11_INV_ENG_8()
    {
        var steps = StepsOf(Long);
        Answer? answer = null;
        var bench = new EngineBench(Endless with { OnExecute = call => { if (call == steps - 1) answer?.Cancel(); } });
        answer = bench.Submit(Long);
        bench.Run(answer);
        Assert.Equal(RequestOutcome.LengthReached, answer.Outcome);
        Assert.Single(bench.Ended.Ends);
    }

    [Fact]
    public void After_its_end_nothing_happens()
    {
        var bench = new EngineBench(Endless);
        var answer = bench.Submit(Long);
        bench.Run(answer);
        answer.Cancel();
        bench.Run(answer);
        Assert.Single(bench.Ended.Ends);
        Assert.Equal(RequestOutcome.LengthReached, answer.Outcome);
    }

    [Fact]
    public void A_thousand_at_once_leave_nothing_behind__F3()
    {
        var bench = new EngineBench(Endless);
        var answers = Enumerable.Range(0, 1000).Select(index => bench.Submit(EngineBench.Request($"{index}"))).ToArray();
        for (var turn = 0; turn < 10; turn++) bench.Loop.Step();
        foreach (var answer in answers) answer.Cancel();
        bench.Loop.Step();
        foreach (var answer in answers) answer.Read();
        Assert.All(answers, answer => Assert.Equal(RequestOutcome.Cancelled, answer.Outcome));
        bench.VerifyAtRest();
    }

    private static long StepsOf(GenerationRequest request)
    {
        var bench = new EngineBench(Endless);
        bench.Run(bench.Submit(request));
        return bench.Backend.Calls;
    }

    private static void AssertGoneAfterOneTurn(EngineBench bench, Answer answer)
    {
        var calls = bench.Backend.Calls;
        bench.Loop.Step();
        answer.Read();
        Assert.Equal(RequestOutcome.Cancelled, answer.Outcome);
        Assert.Equal(calls, bench.Backend.Calls);
        bench.VerifyAtRest();
    }
}
