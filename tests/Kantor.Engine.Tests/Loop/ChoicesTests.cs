using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Loop;

public class ChoicesTests
{
    private static GenerationRequest Five => EngineBench.Request("Tell me five different stories about a fox", 20) with
    {
        Choices = 5,
        Sampling = new SamplingSpec { Temperature = 1.8, Seed = 11 },
    };

    [Fact]
    public void The_prompt_is_computed_once_and_the_siblings_find_all_but_its_last_token__INV_ENG_7()
    {
        var bench = new EngineBench(new ScriptedBackendOptions { EndsOneIn = null });
        var answer = bench.Submit(Five);
        bench.Run(answer);
        var prompt = Five.PromptTokens.Length;
        Assert.Equal(0, answer.FinishOf(0).CachedTokens);
        for (var choice = 1; choice < 5; choice++) Assert.Equal(prompt - 1, answer.FinishOf(choice).CachedTokens);
        Assert.Equal(prompt + 4 + (5 * 19), bench.Backend.RowsComputed);
    }

    [Fact]
    public void Each_choice_has_its_own_chance()
    {
        var answer = EngineBench.Alone(Five, new ScriptedBackendOptions { EndsOneIn = null });
        Assert.Equal(5, Enumerable.Range(0, 5).Select(answer.TextOf).Distinct().Count());
        Assert.Equal(5, answer.Deltas.Count(delta => delta.Finish is not null));
    }

    [Fact]
    public void When_the_first_ends_with_its_first_token_the_others_still_come()
    {
        var bench = new EngineBench();
        var answer = bench.Submit(Five with { OutputTokensMax = 1 });
        bench.Run(answer);
        for (var choice = 0; choice < 5; choice++) Assert.Equal(1, answer.FinishOf(choice).GeneratedTokens);
    }

    [Fact]
    public void When_the_first_fails_before_its_prompt_is_computed_the_next_one_leads()
    {
        var fault = new ScriptedFault { Kind = ScriptedFaultKind.NanLogits, Call = 0 };
        var bench = new EngineBench(new ScriptedBackendOptions { Faults = [fault] });
        var answer = bench.Submit(Five);
        bench.Run(answer);
        Assert.Equal(RequestOutcome.BackendFailed, answer.FinishOf(0).Outcome);
        for (var choice = 1; choice < 5; choice++) Assert.NotEqual(RequestOutcome.BackendFailed, answer.FinishOf(choice).Outcome);
    }

    [Fact]
    public void Cancelled_while_siblings_are_held_all_end()
    {
        var bench = new EngineBench(new ScriptedBackendOptions { BatchTokensMax = 4 });
        var answer = bench.Submit(Five);
        bench.Loop.Step();
        Assert.Equal(4, bench.Loop.Snapshot.Waiting);
        answer.Cancel();
        bench.Run(answer);
        for (var choice = 0; choice < 5; choice++) Assert.Equal(RequestOutcome.Cancelled, answer.FinishOf(choice).Outcome);
        Assert.Equal(0, bench.Loop.Snapshot.Waiting);
    }
}
