using System.Text;
using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Loop;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Loop;

public class InferenceEngineTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static InferenceEngine Start(ScriptedBackend backend, Func<EngineOptions, EngineOptions>? change = null)
    {
        var options = new EngineOptions { Planner = PolicyCatalogue.Planner("fcfs"), Time = backend.Clock };
        return new InferenceEngine(backend, change?.Invoke(options) ?? options);
    }

    [Fact]
    public async Task Many_callers_on_many_threads_all_get_the_text_of_the_undisturbed_run()
    {
        using var backend = new ScriptedBackend(new ScriptedBackendOptions { KvTokensTotal = 600 });
        await using var engine = Start(backend);
        var texts = await Task.WhenAll(Enumerable.Range(0, 48).Select(index => Task.Run(() => ReadAsync(engine, EngineBench.Request($"Caller {index}")), Stop)));
        for (var index = 0; index < texts.Length; index++) Assert.Equal(EngineBench.Alone(EngineBench.Request($"Caller {index}")).Text, texts[index].Text);
        Assert.Null(engine.Snapshot().Fault);
    }

    [Fact]
    public async Task Callers_that_leave_at_any_moment_leave_nothing_behind()
    {
        using var backend = new ScriptedBackend(new ScriptedBackendOptions { EndsOneIn = null });
        var engine = Start(backend);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(index => Task.Run(() => LeaveAsync(engine, index), Stop)));
        var (text, finish) = await ReadAsync(engine, EngineBench.Request("Known good"));
        Assert.Equal(EngineBench.Alone(EngineBench.Request("Known good"), new ScriptedBackendOptions { EndsOneIn = null }).Text, text);
        Assert.Equal(RequestOutcome.LengthReached, finish.Outcome);
        await engine.DisposeAsync();
        Assert.Equal(0, engine.Snapshot().KvTokensUsed);
        Assert.Equal((0, 0), (engine.Snapshot().Running, engine.Snapshot().Waiting));
    }

    [Fact]
    public async Task Shutting_down_at_once_ends_what_runs_refuses_what_comes_and_disposes_the_back_end()
    {
        var backend = new ScriptedBackend(new ScriptedBackendOptions { EndsOneIn = null });
        var engine = Start(backend);
        await using var stream = engine.Submit(EngineBench.Request("Endless", 4000));
        await engine.ShutDownAsync(TimeSpan.Zero);
        Assert.Equal(RequestOutcome.ShutDown, (await LastAsync(stream)).Outcome);
        await using var late = engine.Submit(EngineBench.Request("Late"));
        Assert.Equal(RequestOutcome.ShutDown, (await LastAsync(late)).Outcome);
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.EmbedAsync([1], Stop));
        Assert.True(backend.IsDisposed);
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task A_full_inbox_refuses_at_once()
    {
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var backend = new ScriptedBackend(new ScriptedBackendOptions
        {
            OnExecute = _ =>
            {
                entered.Set();
                release.Wait(Stop);
            },
        });
        await using var engine = Start(backend, options => options with { InboxMax = 2 });
        await using var running = engine.Submit(EngineBench.Request("Running"));
        entered.Wait(Stop);
        await using var second = engine.Submit(EngineBench.Request("In the inbox"));
        await using var third = engine.Submit(EngineBench.Request("In the inbox, too"));
        await using var fourth = engine.Submit(EngineBench.Request("One too many"));
        var finish = await LastAsync(fourth);
        release.Set();
        Assert.Equal(RequestOutcome.RefusedQueueFull, finish.Outcome);
        Assert.NotEqual(RequestOutcome.RefusedQueueFull, (await LastAsync(third)).Outcome);
    }

    [Fact]
    public async Task Malformed_requests_are_refused_by_name_and_never_reach_the_loop__D8()
    {
        using var backend = new ScriptedBackend();
        await using var engine = Start(backend);
        var good = EngineBench.Request("Good");
        AssertNamed(good with { PromptTokens = [] }, nameof(GenerationRequest.PromptTokens));
        AssertNamed(good with { PromptTokens = [-1] }, nameof(GenerationRequest.PromptTokens));
        AssertNamed(good with { PromptTokens = [260] }, nameof(GenerationRequest.PromptTokens));
        AssertNamed(good with { OutputTokensMax = 0 }, nameof(GenerationRequest.OutputTokensMax));
        AssertNamed(good with { Choices = 129 }, nameof(GenerationRequest.Choices));
        AssertNamed(good with { StopTexts = [""] }, nameof(GenerationRequest.StopTexts));
        AssertNamed(good with { TopLogprobs = 21 }, nameof(GenerationRequest.TopLogprobs));
        AssertNamed(good with { Sampling = new SamplingSpec { Temperature = double.NaN } }, nameof(SamplingSpec.Temperature));
        Assert.Equal(0, engine.Snapshot().Steps);

        void AssertNamed(GenerationRequest request, string member) =>
            Assert.Contains(member, Assert.Throws<ArgumentException>(() => engine.Submit(request)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changing_the_prompt_after_submitting_changes_nothing()
    {
        using var backend = new ScriptedBackend();
        await using var engine = Start(backend);
        var request = EngineBench.Request("Mine");
        var expected = EngineBench.Alone(EngineBench.Request("Mine")).Text;
        await using var stream = engine.Submit(request);
        Array.Clear(request.PromptTokens);
        Assert.Equal(expected, (await CollectAsync(stream)).Text);
    }

    [Fact]
    public async Task Embeddings_come_between_steps_and_have_length_one()
    {
        using var backend = new ScriptedBackend();
        await using var engine = Start(backend);
        var reading = ReadAsync(engine, EngineBench.Request("Meanwhile"));
        var embeddings = await Task.WhenAll(Enumerable.Range(0, 20).Select(index => engine.EmbedAsync([index, index + 1], Stop)));
        Assert.All(embeddings, embedding => Assert.Equal(1, embedding.Sum(number => number * number), 1e-5));
        Assert.Equal(EngineBench.Alone(EngineBench.Request("Meanwhile")).Text, (await reading).Text);
        await Assert.ThrowsAsync<ArgumentException>(() => engine.EmbedAsync([], Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => engine.EmbedAsync([260], Stop));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_text_and_another_seed_another__D10()
    {
        using var backend = new ScriptedBackend(new ScriptedBackendOptions { EndsOneIn = null });
        await using var engine = Start(backend);
        var request = EngineBench.Request("Chance") with { Sampling = new SamplingSpec { Temperature = 2, Seed = 5 } };
        var first = (await ReadAsync(engine, request)).Text;
        Assert.Equal(first, (await ReadAsync(engine, request)).Text);
        Assert.NotEqual(first, (await ReadAsync(engine, request with { Sampling = request.Sampling with { Seed = 6 } })).Text);
    }

    [Fact]
    public async Task A_policy_that_lets_requests_wait_is_asked_again()
    {
        using var backend = new ScriptedBackend();
        await using var engine = Start(backend, options => options with { Planner = new Reluctant() });
        Assert.Equal(EngineBench.Alone(EngineBench.Request("Patience")).Text, (await ReadAsync(engine, EngineBench.Request("Patience"))).Text);
    }

    [Fact]
    public async Task A_policy_that_holds_is_asked_again_when_a_request_comes()
    {
        using var backend = new ScriptedBackend();
        await using var engine = Start(backend, options => options with { Planner = new InPairs() });
        var first = ReadAsync(engine, EngineBench.Request("One of two"));
        var second = ReadAsync(engine, EngineBench.Request("Two of two"));
        Assert.Equal(EngineBench.Alone(EngineBench.Request("One of two")).Text, (await first).Text);
        Assert.Equal(EngineBench.Alone(EngineBench.Request("Two of two")).Text, (await second).Text);
        Assert.Equal(0, engine.Snapshot().PlansRefused);
    }

    private static async Task LeaveAsync(InferenceEngine engine, int deltas)
    {
        await using var stream = engine.Submit(EngineBench.Request($"Leaving after {deltas}", 100));
        await foreach (var _ in stream.ReadAllAsync(Stop))
        {
            if (deltas-- == 0) return;
        }
    }

    private static async Task<(string Text, ChoiceFinish Finish)> ReadAsync(InferenceEngine engine, GenerationRequest request)
    {
        await using var stream = engine.Submit(request);
        return await CollectAsync(stream);
    }

    private static async Task<(string Text, ChoiceFinish Finish)> CollectAsync(GenerationStream stream)
    {
        var text = new StringBuilder();
        ChoiceFinish? finish = null;
        await foreach (var delta in stream.ReadAllAsync(Stop))
        {
            text.Append(delta.Text);
            finish = delta.Finish;
        }

        return (text.ToString(), finish!);
    }

    private static async Task<ChoiceFinish> LastAsync(GenerationStream stream) => (await CollectAsync(stream)).Finish;

    /// <summary>Holds, with no end in sight, until two wait for the first time.</summary>
    private sealed class InPairs : IBatchPlanner
    {
        private readonly FcfsPlanner _plain = new();

        public string Name => "in-pairs";

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            if (view.Running.IsEmpty && view.Waiting.Length == 1 && view.Ids[view.Waiting[0]] == 0) plan.Hold();
            else _plain.Plan(view, state, plan);
        }
    }

    /// <summary>Plans nothing two times out of three.</summary>
    private sealed class Reluctant : IBatchPlanner
    {
        private readonly FcfsPlanner _plain = new();

        public string Name => "reluctant";

        public PolicyState NewState() => new Mood();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            if (++((Mood)state).Asked % 3 == 0) _plain.Plan(view, state, plan);
        }

        private sealed class Mood : PolicyState
        {
            public int Asked { get; set; }
        }
    }
}
