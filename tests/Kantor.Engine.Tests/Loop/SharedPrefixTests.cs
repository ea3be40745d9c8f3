using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Loop;

/// <summary>Requests that come together and begin alike compute what they share once.</summary>
public class SharedPrefixTests
{
    private static readonly string Prefix = string.Concat(Enumerable.Range(0, 500).Select(index => (char)('a' + (index * 7 % 26))));

    [Theory]
    [InlineData("fcfs", 64)]
    [InlineData("fcfs", 512)]
    [InlineData("vllm-v1", 100)]
    [InlineData("moore-hodgson", 64)]
    [InlineData("svf", 200)]
    public void Four_with_one_new_prefix_compute_it_once(string policy, int stepTokens)
    {
        var bench = New(policy, stepTokens);
        var answers = "wxyz".Select(letter => bench.Submit(EngineBench.Request(Prefix + letter, 2))).ToArray();
        bench.Run(answers);
        // The token that begins a text, 500 that all share, and for each its own letter and one token of its answer.
        Assert.InRange(bench.Loop.Snapshot.ComputedTokens, 501 + (4 * 2), 1.05 * 501);
        for (var index = 0; index < 4; index++)
        {
            Assert.Equal(EngineBench.Alone(EngineBench.Request(Prefix + "wxyz"[index], 2)).Text, answers[index].Text);
        }
    }

    [Fact]
    public void Those_that_share_little_are_computed_side_by_side()
    {
        var bench = New("fcfs", 512);
        var answers = "wxyz".Select(letter => bench.Submit(EngineBench.Request(Prefix[..20] + new string(letter, 50), 1))).ToArray();
        bench.Run(answers);
        Assert.Equal(1, bench.Backend.Calls);
    }

    [Fact]
    public void Who_waits_for_a_prompt_that_is_given_up_computes_it_itself()
    {
        var bench = New("fcfs", 64);
        var first = bench.Submit(EngineBench.Request(Prefix + "w", 2));
        bench.Loop.Step();
        var second = bench.Submit(EngineBench.Request(Prefix + "x", 2));
        bench.Loop.Step();
        first.Cancel();
        bench.Run(first, second);
        Assert.Equal(EngineBench.Alone(EngineBench.Request(Prefix + "x", 2)).Text, second.Text);
    }

    [Fact]
    public void Tenants_wait_for_nobody_else_s()
    {
        var bench = New("fcfs", 2_000);
        var answers = new List<Answer>();
        for (var tenant = 1; tenant <= 2; tenant++)
        {
            answers.Add(bench.Submit(EngineBench.Request(Prefix, 1) with { CacheDomain = new(tenant, 0) }));
        }

        bench.Run([.. answers]);
        Assert.Equal(1, bench.Backend.Calls);
    }

    private static EngineBench New(string policy, int stepTokens) => new(
        new ScriptedBackendOptions { EndsOneIn = null, BatchTokensMax = 2_000 }, policy, options => options with { StepTokensMax = stepTokens });
}
