using Kantor.OpenAi.Errors;
using Kantor.Server.Configuration;
using Kantor.Server.Endpoints;

namespace Kantor.Server.Tests.Hosting;

/// <summary>F12: how the server goes down.</summary>
public class DrainingTests
{
    [Fact]
    public async Task F12_Requests_in_progress_are_finished_before_the_server_stops()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync("/v1/chat/completions", Bodies.Chat("\"stream\":true"));
        var stream = (await engine.NextAsync()).Say("a");
        using var response = await asking;
        var stopping = server.Server.StopAsync();
        stream.Say("b").End();
        var sse = await Sse.ReadAsync(response);
        await stopping.WaitAsync(TestServer.Patience);
        Assert.Equal("ab", sse.Text());
        Assert.True(sse.IsDone);
    }

    [Fact]
    public async Task F12_When_the_drain_period_is_over_streams_end_with_an_error_and_their_requests_are_cancelled__INV_SRV_11()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine, new ServerOptions { DrainTimeoutMs = 1 });
        var asking = server.PostAsync("/v1/chat/completions", Bodies.Chat("\"stream\":true"));
        var stream = (await engine.NextAsync()).Say("a");
        using var response = await asking;
        var waiting = server.PostAsync("/v1/chat/completions", Bodies.Chat());
        var silent = await engine.NextAsync();

        await server.Server.StopAsync().WaitAsync(TestServer.Patience);
        var sse = await Sse.ReadAsync(response);
        Assert.Equal(ErrorCodes.ShuttingDown, (string?)sse.Error!["code"]);
        Assert.False(sse.IsDone);
        Assert.Equal((503, ErrorCodes.ShuttingDown), await StatusAndCodeAsync(await waiting));
        await stream.Cancelled;
        await silent.Cancelled;
    }

    [Fact]
    public async Task F12_A_second_call_ends_the_drain_period_at_once()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine, new ServerOptions { DrainTimeoutMs = 3_600_000 });
        var asking = server.PostAsync("/v1/chat/completions", Bodies.Chat());
        var stream = await engine.NextAsync();
        var first = server.Server.StopAsync();
        Assert.False(first.IsCompleted);
        await server.Server.StopAsync();
        await first.WaitAsync(TestServer.Patience);
        await stream.Cancelled;
        Assert.Equal(503, (int)(await asking).StatusCode);
    }

    [Fact]
    public async Task F12_A_connection_that_is_kept_gets_503_for_health_and_for_new_work_while_another_is_drained()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine, new ServerOptions { DrainTimeoutMs = 3_600_000 });
        using var kept = await RawHttp.ConnectAsync(server.Url);
        var working = server.PostAsync("/v1/chat/completions", Bodies.Chat());
        var stream = await engine.NextAsync();

        // The request is on its way into the server before the server is told to stop: its last byte comes after.
        var health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();
        await kept.GetStream().WriteAsync(health.AsMemory(0, health.Length - 1));
        var stopping = server.Server.StopAsync();
        await kept.GetStream().WriteAsync(health.AsMemory(health.Length - 1));
        using var reader = new StreamReader(kept.GetStream());
        Assert.Equal("HTTP/1.1 503 Service Unavailable", await reader.ReadLineAsync().WaitAsync(TestServer.Patience));

        stream.Say("x").End();
        Assert.Equal(200, (int)(await working).StatusCode);
        await stopping.WaitAsync(TestServer.Patience);
    }

    [Fact]
    public async Task Run_listens_until_it_is_told_to_stop()
    {
        await using var server = KantorServer.Build(new ServerOptions { Port = 0 }, new EngineEndpoint(new HandEngine()));
        using var stop = new CancellationTokenSource();
        var started = new TaskCompletionSource<Uri>();
        var running = server.RunAsync(running => started.SetResult(running.Url), stop.Token);
        using var http = new HttpClient();
        Assert.Equal("ok", (string?)System.Text.Json.Nodes.JsonNode.Parse(await http.GetStringAsync(new Uri(await started.Task, "/health")))!["status"]);
        await stop.CancelAsync();
        await running.WaitAsync(TestServer.Patience);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri(started.Task.Result, "/health")));
    }

    private static async Task<(int, string?)> StatusAndCodeAsync(HttpResponseMessage response)
    {
        var error = await TestServer.ErrorAsync(response);
        return (error.Status, error.Code);
    }
}
