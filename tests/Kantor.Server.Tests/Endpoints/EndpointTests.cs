using Kantor.Core.Requests;
using Kantor.Server.Endpoints;

namespace Kantor.Server.Tests.Endpoints;

/// <summary>The port carries a model in this process and a server elsewhere.</summary>
public class EndpointTests
{
    private const string Chat = """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"stream":true}""";

    [Fact]
    public async Task F7_A_stream_from_elsewhere_is_passed_on_byte_for_byte_as_it_comes()
    {
        var engine = new HandEngine();
        await using var behind = await TestServer.StartAsync(engine);
        await using var relay = new RelayEndpoint(behind.Url, "hand/model");
        await using var front = await TestServer.StartAsync(relay);
        var sending = front.SendAsync(new(HttpMethod.Post, "/v1/chat/completions") { Content = TestServer.Json(Chat) });
        var stream = await engine.NextAsync();
        stream.Say("one");
        using var response = await sending;
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        // The first piece is there although the answer has not ended.
        string? line;
        do line = await reader.ReadLineAsync().WaitAsync(TestServer.Patience);
        while (line is not null && !line.Contains("\"one\"", StringComparison.Ordinal));
        Assert.NotNull(line);
        stream.End();
        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync());
        var call = Assert.Single(relay.Calls);
        Assert.Equal(Chat, System.Text.Encoding.UTF8.GetString(call.Body.Span));
        Assert.Empty(call.Facts);
    }

    [Fact]
    public async Task A_refusal_from_elsewhere_keeps_its_status_and_its_words()
    {
        await using var behind = await TestServer.StartAsync(new HandEngine());
        await using var relay = new RelayEndpoint(behind.Url, "hand/model");
        await using var front = await TestServer.StartAsync(relay);
        var body = """{"model":"hand/model","prompt":"hi","max_tokens":100000}""";
        using var direct = await behind.PostAsync("/v1/completions", body);
        using var relayed = await front.PostAsync("/v1/completions", body);
        Assert.Equal(400, (int)relayed.StatusCode);
        Assert.Equal(await TestServer.ErrorAsync(direct), await TestServer.ErrorAsync(relayed));
    }

    [Fact]
    public async Task When_the_client_goes_away_the_server_elsewhere_hears_of_it()
    {
        var engine = new HandEngine();
        await using var behind = await TestServer.StartAsync(engine);
        await using var relay = new RelayEndpoint(behind.Url, "hand/model");
        await using var front = await TestServer.StartAsync(relay);
        using var leaves = new CancellationTokenSource();
        var sending = front.SendAsync(new(HttpMethod.Post, "/v1/chat/completions") { Content = TestServer.Json(Chat) }, leaves.Token);
        var stream = await engine.NextAsync();
        stream.Say("one");
        (await sending).Dispose();
        await leaves.CancelAsync();
        await stream.Cancelled;
    }

    [Fact]
    public async Task F6_When_the_server_elsewhere_breaks_off_nobody_takes_the_answer_for_complete()
    {
        var engine = new HandEngine();
        var behind = await TestServer.StartAsync(engine);
        await using var relay = new RelayEndpoint(behind.Url, "hand/model");
        await using var front = await TestServer.StartAsync(relay);
        var sending = front.SendAsync(new(HttpMethod.Post, "/v1/chat/completions") { Content = TestServer.Json(Chat) });
        (await engine.NextAsync()).Say("one");
        using var response = await sending;
        await behind.DisposeAsync();
        var text = "";
        try
        {
            text = await response.Content.ReadAsStringAsync();
        }
        catch (HttpRequestException)
        {
            return;
        }

        Assert.DoesNotContain("[DONE]", text);
    }

    [Fact]
    public async Task What_generates_no_text_is_passed_on_too_and_what_is_not_known_is_not_claimed()
    {
        await using var behind = await TestServer.StartAsync(new HandEngine());
        await using var relay = new RelayEndpoint(behind.Url, "hand/model");
        await using var front = await TestServer.StartAsync(relay);
        foreach (var (path, body) in new[]
        {
            ("/v1/embeddings", """{"model":"hand/model","input":"hi"}"""),
            ("/tokenize", """{"model":"hand/model","prompt":"hi"}"""),
            ("/detokenize", """{"model":"hand/model","tokens":[104,105]}"""),
        })
        {
            using var direct = await behind.PostAsync(path, body);
            using var relayed = await front.PostAsync(path, body);
            Assert.Equal(200, (int)relayed.StatusCode);
            Assert.Equal(await direct.Content.ReadAsStringAsync(), await relayed.Content.ReadAsStringAsync());
        }

        Assert.DoesNotContain("max_model_len", await front.Http.GetStringAsync("/v1/models"));
        Assert.Contains("max_model_len", await behind.Http.GetStringAsync("/v1/models"));
        Assert.Equal(200, (int)(await front.Http.GetAsync("/health")).StatusCode);
        relay.Fault = "no longer heard of";
        Assert.Equal(503, (int)(await front.Http.GetAsync("/health")).StatusCode);
    }

    [Fact]
    public async Task An_engine_gets_the_facts_of_the_call()
    {
        var engine = new HandEngine();
        var endpoint = new EngineEndpoint(engine);
        await using var answer = await endpoint.SendAsync(Call(new TenantId(7), priority: -3), CancellationToken.None);
        var request = (await engine.NextAsync()).Request;
        Assert.Equal((new TenantId(7), -3, 5, 2), (request.Tenant, request.Priority, request.OutputTokensMax, request.PromptTokens.Length));
        Assert.IsAssignableFrom<GrowingAnswer>(answer);
    }

    [Fact]
    public async Task An_answer_that_is_given_up_ends_in_the_engine()
    {
        var engine = new HandEngine();
        var answer = await new EngineEndpoint(engine).SendAsync(Call(default, 0), CancellationToken.None);
        var stream = await engine.NextAsync();
        await answer.DisposeAsync();
        await stream.Cancelled;
        Assert.Equal(0, engine.Live);
    }

    private static EndpointCall Call(TenantId tenant, int priority) => new()
    {
        Path = "/v1/completions",
        Body = "{}"u8.ToArray(),
        Fields = new() { Model = "hand/model", Sampling = new() },
        Prompts = [[1, 2]],
        Facts =
        [
            new() { Id = new(1), PromptTokens = 2, OutputTokensMax = 5, ArrivalUs = 0, Tenant = tenant, Priority = priority },
        ],
    };
}
