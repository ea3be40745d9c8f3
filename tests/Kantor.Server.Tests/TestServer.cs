using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kantor.Core;
using Kantor.Engine;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Loop;
using Kantor.Server.Configuration;
using Kantor.Server.Endpoints;
using Kantor.Server.Metrics;

namespace Kantor.Server.Tests;

/// <summary>A server on a free port of this machine, over a real socket.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    /// <summary>How long a test waits for something that must happen; only a failing test waits that long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IAsyncDisposable? _engine;

    private TestServer(KantorServer server, IAsyncDisposable? engine)
    {
        Server = server;
        _engine = engine;
        Http = new HttpClient { BaseAddress = server.Url, Timeout = Patience };
    }

    public KantorServer Server { get; }

    public HttpClient Http { get; }

    public Uri Url => Server.Url;

    /// <summary>A server in front of any engine.</summary>
    public static Task<TestServer> StartAsync(
        IInferenceEngine engine, ServerOptions? options = null, EngineMetrics? metrics = null, TimeProvider? time = null) =>
        StartAsync(new EngineEndpoint(engine, metrics), options, time, engine as IAsyncDisposable);

    /// <summary>A server in front of any endpoint.</summary>
    public static async Task<TestServer> StartAsync(
        IEndpoint endpoint, ServerOptions? options = null, TimeProvider? time = null, IAsyncDisposable? owned = null)
    {
        var server = KantorServer.Build((options ?? new ServerOptions()) with { Port = 0 }, endpoint, logging: null, time);
        await server.StartAsync();
        return new TestServer(server, owned);
    }

    /// <summary>A server in front of the real engine loop over a scripted model.</summary>
    public static Task<TestServer> StartScriptedAsync(
        string? answer = null, ServerOptions? options = null, ScriptedBackendOptions? backend = null, Func<EngineOptions, EngineOptions>? adjust = null)
    {
        var scripted = backend ?? new ScriptedBackendOptions();
        if (answer is not null) scripted = scripted with { NextToken = ScriptedLanguage.Answering(answer) };
        var metrics = new EngineMetrics();
        var usual = new EngineOptions { Planner = PolicyCatalogue.Planner("fcfs"), Time = scripted.Clock, Observer = metrics };
        var engine = new InferenceEngine(new ScriptedBackend(scripted), adjust?.Invoke(usual) ?? usual);
        return StartAsync(engine, options, metrics);
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json, CancellationToken cancellation = default) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(json) }, cancellation);

    /// <summary>Sends, and returns as soon as the headers of the answer are there.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation = default) =>
        Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);

    public static StringContent Json(string json)
    {
        var content = new StringContent(json, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    public static async Task<JsonNode> BodyAsync(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    /// <summary>Status and error of an answer that must be an error in OpenAI's shape.</summary>
    public static async Task<(int Status, string? Code, string? Param, string Message)> ErrorAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var error = (await BodyAsync(response))["error"]!.AsObject();
        Assert.Equal(["message", "type", "param", "code"], error.Select(member => member.Key));
        return ((int)response.StatusCode, (string?)error["code"], (string?)error["param"], (string)error["message"]!);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.StopAsync(new CancellationToken(canceled: true));
        await Server.DisposeAsync();
        if (_engine is not null) await _engine.DisposeAsync();
    }
}
