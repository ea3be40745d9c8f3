using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Loop;

public class AdmissionTests
{
    private static ScriptedBackendOptions Small => new() { KvTokensTotal = 100, ContextTokensMax = 80, EndsOneIn = null };

    [Theory]
    [InlineData(40, 41, true)]
    [InlineData(40, 42, false)]
    [InlineData(80, 1, true)]
    [InlineData(81, 1, false)]
    [InlineData(5, int.MaxValue, false)]
    public void What_can_never_fit_is_refused_at_once_and_what_can_fits__E7_D4(int prompt, int output, bool fits)
    {
        var bench = new EngineBench(Small);
        var answer = bench.Submit(new GenerationRequest { PromptTokens = new int[prompt], OutputTokensMax = output });
        bench.Run(answer);
        Assert.Equal(fits ? RequestOutcome.LengthReached : RequestOutcome.RefusedNeverFits, answer.Outcome);
        Assert.Equal(fits ? output : 0, answer.Finish.GeneratedTokens);
        if (!fits) Assert.Contains($"{prompt}", answer.Finish.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Requests_that_together_want_far_more_than_there_is_all_finish__G1_INV_ENG_3(int seed)
    {
        foreach (var policy in PolicyCatalogue.PlannerNames)
        {
            var bench = new EngineBench(Small with { SequencesMax = 4 }, policy);
            var requests = Enumerable.Range(0, 12).Select(index => EngineBench.Request($"{seed} {index} " + new string('x', index), 50)).ToArray();
            var answers = requests.Select(bench.Submit).ToArray();
            bench.Run(answers);
            for (var index = 0; index < answers.Length; index++)
            {
                Assert.Equal(RequestOutcome.LengthReached, answers[index].Outcome);
                Assert.Equal(EngineBench.Alone(requests[index], Small).Text, answers[index].Text);
            }

            Assert.Equal(0, bench.Loop.Snapshot.BackendFailures);
        }
    }

    [Fact]
    public void A_queue_at_its_limit_refuses_the_next_request_as_a_whole()
    {
        var bench = new EngineBench(Small, options: options => options with { RunningMax = 1, WaitingMax = 3 });
        var running = bench.Submit(EngineBench.Request("one"));
        bench.Loop.Step();
        var two = bench.Submit(EngineBench.Request("two") with { Choices = 2 });
        var three = bench.Submit(EngineBench.Request("three") with { Choices = 2 });
        var four = bench.Submit(EngineBench.Request("four"));
        bench.Loop.Step();
        three.Read();
        for (var choice = 0; choice < 2; choice++) Assert.Equal(RequestOutcome.RefusedQueueFull, three.FinishOf(choice).Outcome);
        bench.Run(running, two, three, four);
        Assert.Equal(RequestOutcome.LengthReached, four.Outcome);
    }

    [Fact]
    public void A_refusal_by_the_policy_reaches_the_caller()
    {
        var bench = new EngineBench(Small, options: options => options with { Planner = new Refuser() });
        var answer = bench.Submit(EngineBench.Request("anything"));
        bench.Run(answer);
        Assert.Equal(RequestOutcome.RefusedByPolicy, answer.Outcome);
        Assert.Equal(0, bench.Backend.Calls);
    }

    [Fact]
    public void The_same_prompt_is_shared_within_a_tenant_and_never_across__G5_INV_ENG_10()
    {
        var request = EngineBench.Request("A secret prompt");
        var bench = new EngineBench(Small);
        bench.Run(bench.Submit(request));
        var same = bench.Submit(request);
        var tenant = bench.Submit(request with { CacheDomain = new CacheDomain(1, 0) });
        var adapter = bench.Submit(request with { CacheDomain = new CacheDomain(0, 1) });
        bench.Run(same, tenant, adapter);
        Assert.Equal(request.PromptTokens.Length - 1, same.Finish.CachedTokens);
        Assert.Equal(0, tenant.Finish.CachedTokens);
        Assert.Equal(0, adapter.Finish.CachedTokens);
        Assert.Equal(same.Text, tenant.Text);
    }

    [Fact]
    public void A_second_turn_finds_the_first_turns_prompt_and_answer()
    {
        var bench = new EngineBench(Small);
        var first = bench.Submit(EngineBench.Request("Question", 10));
        bench.Run(first);
        var bytes = System.Text.Encoding.UTF8.GetBytes(first.Text);
        Assert.Equal(10, bytes.Length);
        var prompt = EngineBench.Request("Question").PromptTokens;
        var second = bench.Submit(new GenerationRequest { PromptTokens = [.. prompt, .. bytes.Select(value => (int)value), 'a'], OutputTokensMax = 3 });
        bench.Run(second);
        Assert.Equal(prompt.Length + 9, second.Finish.CachedTokens);
    }

    [Fact]
    public void Without_prefix_caching_nothing_is_found_and_nothing_stays()
    {
        var bench = new EngineBench(Small, options: options => options with { PrefixCaching = false });
        var request = EngineBench.Request("The same");
        bench.Run(bench.Submit(request));
        var again = bench.Submit(request);
        bench.Run(again);
        Assert.Equal(0, again.Finish.CachedTokens);
        Assert.Equal(0, bench.Backend.CellsUsed);
    }

    private sealed class Refuser : IBatchPlanner
    {
        public string Name => "refuser";

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            foreach (var row in view.Waiting) plan.AddRefusal(row, RequestOutcome.RefusedByPolicy);
        }
    }
}
