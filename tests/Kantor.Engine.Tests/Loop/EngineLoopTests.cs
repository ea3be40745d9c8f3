using Kantor.Core.Requests;

namespace Kantor.Engine.Tests.Loop;

public class EngineLoopTests
{
    [Fact]
    public void A_request_streams_its_tokens_and_ends_once()
    {
        var bench = new EngineBench();
        var answer = bench.Submit(EngineBench.Request("Once upon a time"));
        bench.Run(answer);
        Assert.True(answer.Outcome is RequestOutcome.Stopped or RequestOutcome.LengthReached);
        Assert.NotEmpty(answer.Text);
        Assert.Single(bench.Ended.Ends);
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
    }
}
