using System.Text;
using Kantor.Core;
using Kantor.Core.Requests;
using Kantor.Engine;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Loop;
using Kantor.Engine.Streams;

namespace Kantor.Server.Tests.Generation;

/// <summary>F2: whenever the client goes away, the engine hears of it and nothing stays behind.</summary>
public class DisconnectTests
{
    private const string Chat = "/v1/chat/completions";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task F2_A_client_that_leaves_before_the_first_token_cancels_its_request__INV_SRV_8(bool isStream)
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        using var leaving = new CancellationTokenSource();
        var asking = server.PostAsync(Chat, Bodies.Chat($"\"stream\":{(isStream ? "true" : "false")}"), leaving.Token);
        var stream = await engine.NextAsync();
        await leaving.CancelAsync();
        await stream.Cancelled;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Equal(0, engine.Live);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task F2_A_client_that_leaves_in_mid_stream_cancels_all_its_choices(int choices)
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        using var leaving = new CancellationTokenSource();
        var asking = server.PostAsync(Chat, Bodies.Chat($"\"stream\":true,\"n\":{choices}"), leaving.Token);
        var stream = (await engine.NextAsync()).Say("a");
        using (await asking)
        {
            await leaving.CancelAsync();
        }

        await stream.Cancelled;
        Assert.Equal(0, engine.Live);
    }

    [Fact]
    public async Task F2_A_client_that_leaves_cancels_the_requests_of_all_its_prompts()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        using var leaving = new CancellationTokenSource();
        _ = server.PostAsync("/v1/completions", Bodies.Completion("\"stream\":true", prompt: "[\"a\",\"b\",\"c\"]"), leaving.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        HandStream[] streams = [await engine.NextAsync(), await engine.NextAsync(), await engine.NextAsync()];
        streams[1].End();
        await leaving.CancelAsync();
        await streams[0].Cancelled;
        await streams[2].Cancelled;
        Assert.False(streams[1].IsCancelled);
    }

    [Fact]
    public async Task F2_A_client_that_leaves_before_the_end_of_its_body_starts_nothing()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        using (var client = await RawHttp.ConnectAsync(server.Url))
        {
            var message = RawHttp.Post(Chat, Bodies.Chat());
            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(message[..^5]));
        }

        var asking = server.PostAsync(Chat, Bodies.Chat());
        (await engine.NextAsync()).Say("x").End();
        Assert.True((await asking).IsSuccessStatusCode);
        Assert.Equal(1, engine.Submissions);
    }

    [Fact]
    public async Task F2_A_client_that_leaves_after_the_last_token_cancels_nothing()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync(Chat, Bodies.Chat("\"stream\":true"));
        var stream = (await engine.NextAsync()).Say("a").End();
        (await asking).Dispose();
        Assert.Equal(0, engine.Live);
        Assert.False(stream.IsCancelled);
    }

    [Fact]
    public async Task F2_A_disconnect_ends_an_endless_answer_in_the_real_engine_and_frees_its_KV()
    {
        var ended = new EndObserver();
        var backend = new ScriptedBackend(new ScriptedBackendOptions { EndsOneIn = null, KvTokensTotal = 400_000, ContextTokensMax = 400_000 });
        var engine = new InferenceEngine(backend, new EngineOptions { Planner = PolicyCatalogue.Planner("fcfs"), Observer = ended });
        await using var server = await TestServer.StartAsync(engine);
        (await server.PostAsync("/v1/completions", Bodies.Completion("\"stream\":true,\"max_tokens\":300000,\"temperature\":0,\"logit_bias\":{\"258\":-100,\"259\":-100}", "scripted"))).Dispose();

        var finish = await ended.First.WaitAsync(TestServer.Patience);
        Assert.Equal(RequestOutcome.Cancelled, finish.Outcome);
        using var next = await server.PostAsync("/v1/completions", Bodies.Completion("\"max_tokens\":3", "scripted"));
        Assert.Equal(3, (int)(await TestServer.BodyAsync(next))["usage"]!["completion_tokens"]!);
        Assert.Equal((0, 0), (engine.Snapshot().Running, engine.Snapshot().KvTokensUsed));
    }

    [Fact]
    public async Task A13_A_client_that_closes_its_half_of_the_connection_counts_as_gone()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        using var client = await RawHttp.ConnectAsync(server.Url);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(RawHttp.Post(Chat, Bodies.Chat())));
        var stream = await engine.NextAsync();
        client.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await stream.Cancelled;
    }

    [Fact]
    public async Task A14_A_second_request_on_the_same_connection_is_answered_after_the_first_stream_and_never_inside_it()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        using var client = await RawHttp.ConnectAsync(server.Url);
        var both = RawHttp.Post(Chat, Bodies.Chat("\"stream\":true")) + "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(both));
        (await engine.NextAsync()).Say("a").Say("b").End();
        using var reader = new StreamReader(client.GetStream());
        var text = await reader.ReadToEndAsync().WaitAsync(TestServer.Patience);
        Assert.True(text.IndexOf("[DONE]", StringComparison.Ordinal) < text.LastIndexOf("HTTP/1.1 200", StringComparison.Ordinal));
        Assert.EndsWith("{\n  \"status\": \"ok\"\n}\r\n0\r\n\r\n", text);
    }

    [Fact]
    public async Task F3_Many_clients_that_leave_together_leave_nothing_behind()
    {
        const int Clients = 64;
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        using var leaving = new CancellationTokenSource();
        var asking = Enumerable.Range(0, Clients).Select(_ => server.PostAsync(Chat, Bodies.Chat("\"stream\":true"), leaving.Token)).ToArray();
        var streams = new List<HandStream>();
        for (var i = 0; i < Clients; i++) streams.Add(await engine.NextAsync());
        foreach (var stream in streams.Take(Clients / 2)) stream.Say("a");
        await leaving.CancelAsync();
        foreach (var task in asking) await LeaveAsync(task);
        foreach (var stream in streams) await stream.Cancelled;
        Assert.Equal(0, engine.Live);
    }

    /// <summary>An answer whose headers have come is no longer bound to the token; its connection closes with it.</summary>
    private static async Task LeaveAsync(Task<HttpResponseMessage> asking)
    {
        try
        {
            (await asking).Dispose();
        }
        catch (OperationCanceledException)
        {
        }
    }

    private sealed class EndObserver : IEngineObserver
    {
        private readonly TaskCompletionSource<ChoiceFinish> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<ChoiceFinish> First => _first.Task;

        public void RequestEnded(GenerationRequest request, int choice, ChoiceFinish finish) => _first.TrySetResult(finish);
    }
}
