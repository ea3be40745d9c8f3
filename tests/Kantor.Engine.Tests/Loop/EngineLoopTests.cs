using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Loop;

public class EngineLoopTests
{
    [Fact]
    public void A_request_streams_its_tokens_and_ends_once__F11()
    {
        var bench = new EngineBench();
        var answer = bench.Submit(EngineBench.Request("Once upon a time"));
        bench.Run(answer);
        Assert.True(answer.Outcome is RequestOutcome.Stopped or RequestOutcome.LengthReached);
        Assert.NotEmpty(answer.Text);
        Assert.Equal(answer.Finish.GeneratedTokens, answer.Deltas.Count);
        Assert.Equal(answer.Finish, Assert.Single(bench.Ended.Ends).Finish);
    }

    [Fact]
    public void Requests_in_one_batch_say_what_they_say_alone()
    {
        var bench = new EngineBench();
        var prompts = Enumerable.Range(0, 20).Select(index => $"Story number {index}: once").ToArray();
        var answers = prompts.Select(prompt => bench.Submit(EngineBench.Request(prompt))).ToArray();
        bench.Run(answers);
        for (var index = 0; index < prompts.Length; index++)
        {
            Assert.Equal(EngineBench.Alone(EngineBench.Request(prompts[index])).Text, answers[index].Text);
        }

        Assert.True(bench.Ended.Steps.Max(step => step.Load.DecodeSequences) > 10);
    }

    [Theory]
    [InlineData(23, 1)]
    [InlineData(24, 1)]
    [InlineData(25, 2)]
    [InlineData(48, 2)]
    [InlineData(49, 3)]
    public void A_prompt_is_computed_in_as_few_steps_as_the_budget_allows__G9(int promptTokens, int steps)
    {
        var bench = new EngineBench(new ScriptedBackendOptions { BatchTokensMax = 24 });
        var answer = bench.Submit(new GenerationRequest { PromptTokens = new int[promptTokens], OutputTokensMax = 1 });
        bench.Run(answer);
        Assert.Equal(steps, bench.Backend.Calls);
        Assert.Equal(promptTokens, bench.Backend.RowsComputed);
    }

    [Fact]
    public void Decodes_go_on_while_a_long_prompt_is_computed__G7()
    {
        var options = new ScriptedBackendOptions { BatchTokensMax = 16, EndsOneIn = null };
        var bench = new EngineBench(options, "sarathi");
        var talking = bench.Submit(EngineBench.Request("Talking", 60));
        bench.StepUntil(() => bench.Loop.Snapshot.GeneratedTokens == 3);
        var prompt = bench.Submit(EngineBench.Request(new string('p', 300), 1));
        bench.Run(talking, prompt);
        var mixed = bench.Ended.Steps.Count(step => step.Load is { PrefillTokens: > 0, DecodeSequences: > 0 });
        Assert.InRange(mixed, 15, 30);
        Assert.Equal(EngineBench.Alone(EngineBench.Request("Talking", 60), options).Text, talking.Text);
    }

    [Fact]
    public void An_idle_loop_calls_neither_policy_nor_back_end()
    {
        var bench = new EngineBench();
        for (var turn = 0; turn < 5; turn++) Assert.False(bench.Loop.Step());
        Assert.Equal((0, 0), (bench.Backend.Calls, bench.Backend.MemoryCalls));
        Assert.True(bench.Loop.IsIdle);
    }

    [Fact]
    public void The_observer_is_told_of_each_token_and_each_end_once()
    {
        var bench = new EngineBench();
        var answers = Enumerable.Range(0, 6).Select(index => bench.Submit(EngineBench.Request($"{index}") with { Choices = 2 })).ToArray();
        bench.Run(answers);
        Assert.Equal(12, bench.Ended.Ends.Count);
        Assert.Equal(12, bench.Ended.FirstTokens);
        Assert.Equal(bench.Loop.Snapshot.GeneratedTokens, bench.Ended.FirstTokens + bench.Ended.NextTokens);
        Assert.Equal(bench.Loop.Snapshot.Steps, bench.Ended.Steps.Count);
    }
}
