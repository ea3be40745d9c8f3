using System.ClientModel;
using Kantor.Cli.Engines;
using Kantor.Cli.Tests.Repository;
using Kantor.Engine;
using Kantor.Engine.Loop;
using Kantor.Server;
using Kantor.Server.Configuration;
using Kantor.Server.Endpoints;
using Kantor.Server.Metrics;
using OpenAI;
using OpenAI.Chat;

[assembly: AssemblyFixture(typeof(Kantor.Cli.Tests.EndToEnd.ProbeServer))]

namespace Kantor.Cli.Tests.EndToEnd;

/// <summary>The probe model through the real native library behind the real server on a real socket; one for all tests.</summary>
public sealed class ProbeServer : IAsyncLifetime
{
    public const string ModelName = "kantor-probe";

    private InferenceEngine? _engine;
    private KantorServer? _server;

    public Uri Url => _server!.Url;

    public IInferenceEngine Engine => _engine!;

    public ChatClient Chat => new(ModelName, new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(Url, "v1") });

    public static string ModelsFolder => Path.Combine(RepositoryFiles.Root, "models");

    public async ValueTask InitializeAsync()
    {
        var metrics = new EngineMetrics();
        // One thread: other test projects run beside this one, and the kernels' threads wait for each other by spinning.
        _engine = await EngineFactory.CreateAsync(new EngineSettings { Policy = EngineArguments.DefaultPolicy, Threads = 1 }, metrics, logger: null, CancellationToken.None);
        _server = KantorServer.Build(new ServerOptions { Port = 0 }, new EngineEndpoint(_engine, metrics));
        await _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.StopAsync(new CancellationToken(canceled: true));
            await _server.DisposeAsync();
        }

        if (_engine is not null) await _engine.DisposeAsync();
    }
}
