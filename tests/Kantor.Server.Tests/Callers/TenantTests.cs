using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Kantor.Core;
using Kantor.Core.Requests;
using Kantor.Engine;
using Kantor.Engine.Backends;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Loop;
using Kantor.Engine.Streams;
using Kantor.OpenAi.Errors;
using Kantor.Server.Configuration;
using Kantor.Server.Endpoints;

namespace Kantor.Server.Tests.Callers;

/// <summary>Two keys of two tenants, over a real socket.</summary>
public class TenantTests
{
    private const string Shop = "sk-shop-0123456789abcdef";
    private const string Lab = "sk-lab-0123456789abcdef";

    private static readonly ServerOptions Two = new()
    {
        Tenants = [new() { Name = "shop", ApiKeys = [Shop] }, new() { Name = "lab", ApiKeys = [Lab] }],
    };

    [Fact]
    public async Task Nothing_cached_for_one_tenant_is_a_hit_of_another__INV_KV_4_INV_ENG_10()
    {
        await using var server = await TestServer.StartScriptedAsync("ok", Two);
        var prompt = $"\"{new string('p', 300)}\"";
        Assert.Equal(0, await CachedAsync(server, Shop, prompt));
        Assert.InRange(await CachedAsync(server, Shop, prompt), 250, 301);
        Assert.Equal(0, await CachedAsync(server, Lab, prompt));
        Assert.InRange(await CachedAsync(server, Lab, prompt), 250, 301);
    }

    [Fact]
    public async Task A_tenant_has_no_more_answers_open_than_it_may_and_the_others_do_not_notice()
    {
        var engine = new HandEngine();
        var options = Two with { Tenants = [Two.Tenants[0] with { AnswersMax = 1 }, Two.Tenants[1]] };
        await using var server = await TestServer.StartAsync(engine, options);
        var first = PostAsync(server, Shop, "\"max_tokens\":5");
        var open = await engine.NextAsync();

        var second = await TestServer.ErrorAsync(await PostAsync(server, Shop, "\"max_tokens\":5"));
        Assert.Equal((429, ErrorCodes.TenantLimit), (second.Status, second.Code));
        var other = PostAsync(server, Lab, "\"max_tokens\":5");
        (await engine.NextAsync()).End();
        Assert.Equal(200, (int)(await other).StatusCode);

        open.End();
        Assert.Equal(200, (int)(await first).StatusCode);
        var again = PostAsync(server, Shop, "\"max_tokens\":5");
        (await engine.NextAsync()).End();
        Assert.Equal(200, (int)(await again).StatusCode);
    }

    [Fact]
    public async Task More_than_a_tenant_may_ever_have_is_refused_for_good_and_reaches_no_engine()
    {
        var engine = new HandEngine();
        var options = Two with { Tenants = [Two.Tenants[0] with { AnswersMax = 2 }, Two.Tenants[1]] };
        await using var server = await TestServer.StartAsync(engine, options);
        var response = await PostAsync(server, Shop, "\"n\":3");
        Assert.False(response.Headers.Contains("Retry-After"));
        var error = await TestServer.ErrorAsync(response);
        Assert.Equal((400, "n", ErrorCodes.QueueCapacityExceeded), (error.Status, error.Param, error.Code));
        Assert.Contains("tenant 'shop' may have 2 open", error.Message);
        Assert.Equal(0, engine.Submissions);
    }

    [Fact]
    public async Task Tenant_and_priority_of_the_key_reach_the_engine_and_the_bodys_own_priority_wins()
    {
        var engine = new HandEngine();
        var options = Two with { Tenants = [Two.Tenants[0] with { Priority = 5 }, Two.Tenants[1]] };
        await using var server = await TestServer.StartAsync(engine, options);
        foreach (var (key, body, tenant, priority) in new[] { (Shop, "\"n\":1", 1, 5), (Lab, "\"n\":1", 2, 0), (Shop, "\"priority\":-3", 1, -3) })
        {
            var asking = PostAsync(server, key, body);
            var stream = (await engine.NextAsync()).End();
            Assert.Equal((tenant, tenant, priority), (stream.Request.Tenant.Value, stream.Request.CacheDomain.Tenant, stream.Request.Priority));
            Assert.Equal(200, (int)(await asking).StatusCode);
        }
    }

    [Fact]
    public async Task A_priority_that_no_policy_would_look_at_is_refused_by_name()
    {
        var engine = new HandEngine { Abilities = new(1_024, HasPriorities: false) };
        await using var server = await TestServer.StartAsync(engine);
        var error = await TestServer.ErrorAsync(await server.PostAsync("/v1/completions", Bodies.Completion("\"priority\":1")));
        Assert.Equal((400, "priority", ErrorCodes.UnsupportedParameter), (error.Status, error.Param, error.Code));
        Assert.Contains("vllm-v1:order=priority", error.Message);
        var asking = server.PostAsync("/v1/completions", Bodies.Completion("\"priority\":0"));
        (await engine.NextAsync()).End();
        Assert.Equal(200, (int)(await asking).StatusCode);
        var options = Two with { Tenants = [Two.Tenants[0] with { Priority = 5 }] };
        Assert.Contains("has no priorities", Assert.Throws<ArgumentException>(() => KantorServer.Build(options, new EngineEndpoint(engine))).Message);
    }

    [Fact]
    public async Task Priorities_order_the_queue_of_the_real_engine()
    {
        using var gate = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        var ends = new EndsInOrder();
        var backend = new ScriptedBackendOptions
        {
            OnExecute = _ =>
            {
                started.Set();
                gate.Wait(TestServer.Patience);
            },
        };
        await using var engine = new PostedEngine(new InferenceEngine(
            new ScriptedBackend(backend),
            new EngineOptions
            {
                Planner = PolicyCatalogue.Planner("vllm-v1:order=priority"),
                Time = backend.Clock,
                RunningMax = 1,
                Observer = ends,
            }));
        await using var server = await TestServer.StartAsync(engine);
        var blocker = AskAsync(1);
        Assert.True(started.Wait(TestServer.Patience));
        // All wait while the first one's step is held up, whatever the order in which they get there.
        var tasks = new List<Task> { blocker, AskAsync(9), AskAsync(-9), AskAsync(0) };
        for (var posted = 0; posted < 4; posted++) Assert.True(await engine.Posted.WaitAsync(TestServer.Patience));
        gate.Set();
        await Task.WhenAll(tasks);
        Assert.Equal([1, -9, 0, 9], ends.Priorities);

        async Task AskAsync(int priority)
        {
            using var response = await server.PostAsync("/v1/completions", Bodies.Completion($"\"max_tokens\":3,\"priority\":{priority}", "scripted"));
            await response.Content.ReadAsStringAsync();
        }
    }

    private static async Task<int> CachedAsync(TestServer server, string key, string prompt)
    {
        using var response = await SendAsync(server, key, Bodies.Completion("\"max_tokens\":2,\"temperature\":0", "scripted", prompt));
        var usage = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["usage"]!;
        return (int)usage["prompt_tokens_details"]!["cached_tokens"]!;
    }

    private static Task<HttpResponseMessage> PostAsync(TestServer server, string key, string more) => SendAsync(server, key, Bodies.Completion(more));

    private static Task<HttpResponseMessage> SendAsync(TestServer server, string key, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = TestServer.Json(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return server.SendAsync(request);
    }

    /// <summary>Priorities of the requests in the order in which the engine's loop ended them; clients hear of it in any order.</summary>
    private sealed class EndsInOrder : IEngineObserver
    {
        public List<int> Priorities { get; } = [];

        public void RequestEnded(GenerationRequest request, int choice, ChoiceFinish finish) => Priorities.Add(request.Priority);
    }

    /// <summary>Says when a request was handed to the engine.</summary>
    private sealed class PostedEngine(InferenceEngine inner) : IInferenceEngine, IAsyncDisposable
    {
        public SemaphoreSlim Posted { get; } = new(0);

        public BackendInfo Model => inner.Model;

        public EngineAbilities Abilities => inner.Abilities;

        public ITokenizer Tokenizer => inner.Tokenizer;

        public GenerationStream Submit(GenerationRequest request) => SubmitAll([request])[0];

        public IReadOnlyList<GenerationStream> SubmitAll(IReadOnlyList<GenerationRequest> requests)
        {
            var streams = inner.SubmitAll(requests);
            Posted.Release();
            return streams;
        }

        public Task<float[]> EmbedAsync(int[] tokens, CancellationToken cancellation) => inner.EmbedAsync(tokens, cancellation);

        public EngineSnapshot Snapshot() => inner.Snapshot();

        public StepModelReport StepModel() => inner.StepModel();

        public async ValueTask DisposeAsync()
        {
            Posted.Dispose();
            await inner.DisposeAsync();
        }
    }
}
