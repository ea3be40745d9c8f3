using System.CommandLine;
using Kantor.Cli.Engines;
using Kantor.Cli.Runs;
using Kantor.Cli.Shell;
using Kantor.Engine;
using Kantor.Engine.Loop;
using Kantor.Server;
using Kantor.Server.Configuration;
using Kantor.Server.Endpoints;
using Kantor.Server.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Kantor.Cli.Serve;

/// <summary><c>kantor serve</c>: a model behind the OpenAI API.</summary>
internal static class ServeCommand
{
    /// <summary>Name of the verb; its Ctrl-C is handled by the server, which drains.</summary>
    public const string Name = "serve";

    private static readonly EngineArguments Engine = new();
    private static readonly Option<string?> Host = new("--host")
    {
        Description = "IP address to listen on. Beyond loopback an API key is required. Default: 127.0.0.1.",
        HelpName = "IP",
    };
    private static readonly Option<int?> Port = new("--port")
    {
        Description = "TCP port; 0 takes any free one. Default: 8080.",
        HelpName = "N",
    };
    private static readonly Option<string[]> ApiKeys = new("--api-key")
    {
        Description =
            "Key that clients must send; may be given more than once. Better: the environment variable Kantor__Server__ApiKeys__0.",
        HelpName = "KEY",
    };
    private static readonly Option<string?> EventLog = new(EventLogFile.Option) { Description = EventLogFile.Help, HelpName = "FILE" };
    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Log requests and the native library on standard error.",
    };

    public static Command Create()
    {
        var command = new Command(
            Name,
            "Serves a model through the OpenAI API, with a chat page at /.\n\n"
            + "Settings can also come from appsettings.json in this folder (section Kantor:Server) and from environment variables\n"
            + "(Kantor__Server__Port=9000); the command line wins.\n\n"
            + "Example: kantor serve --model my.gguf --policy svf --port 9000")
        {
            Host, Port, ApiKeys, EventLog, Verbose,
        };
        Engine.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var options = ReadOptions(parsed);
        using var logging = LoggerFactory.Create(builder => Log(builder, parsed.GetValue(Verbose)));
        var metrics = new EngineMetrics();
        using var log = EventLogFile.Open(parsed.GetValue(EventLog), Name, flushEveryUs: 1_000_000);
        await using var engine = await EngineFactory.CreateAsync(
            Engine.Read(parsed), metrics, logging.CreateLogger("llama.cpp"), cancellation, log);
        await using var server = KantorServer.Build(
            options, new EngineEndpoint(engine, metrics), builder => Log(builder, parsed.GetValue(Verbose)));
        try
        {
            await server.RunAsync(started => Announce(started.Url, engine, options), cancellation);
        }
        catch (IOException taken)
        {
            throw new FailureException($"{options.Host}:{options.Port} cannot be listened on: {taken.Message} Choose another with --port.");
        }

        return ExitCode.Success;
    }

    /// <summary>File and environment first, the command line over them; all errors at once.</summary>
    private static ServerOptions ReadOptions(ParseResult parsed)
    {
        var overrides = new Dictionary<string, string?>();
        if (parsed.GetValue(Host) is { } host) overrides[$"{ServerOptionsReader.Section}:Host"] = host;
        if (parsed.GetValue(Port) is { } port) overrides[$"{ServerOptionsReader.Section}:Port"] = $"{port}";
        var keys = parsed.GetValue(ApiKeys) ?? [];
        for (var index = 0; index < keys.Length; index++) overrides[$"{ServerOptionsReader.Section}:ApiKeys:{index}"] = keys[index];
        var configuration = new ConfigurationBuilder()
            .SetBasePath(Directory.GetCurrentDirectory())
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .AddInMemoryCollection(overrides)
            .Build();
        return ServerOptionsReader.TryRead(configuration, out var errors)
            ?? throw new UsageException(string.Join(Environment.NewLine + "kantor: ", errors));
    }

    private static void Log(ILoggingBuilder builder, bool verbose) => builder
        .SetMinimumLevel(verbose ? LogLevel.Information : LogLevel.Warning)
        // The library warns of a pool that is longer than the model's context; here the pool is shared by all requests.
        .AddFilter("llama.cpp", verbose ? LogLevel.Information : LogLevel.Error)
        .AddSimpleConsole(format => format.SingleLine = true)
        .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

    private static void Announce(Uri url, InferenceEngine engine, ServerOptions options)
    {
        var key = options.ApiKeys.Count == 0 ? "" : " -H 'Authorization: Bearer YOUR-KEY'";
        var body = $$"""{"model":"{{engine.Model.ModelName}}","messages":[{"role":"user","content":"Tell me a story about a fox."}]}""";
        Console.WriteLine($"""
            {engine.Model.ModelName} on {url}   (chat page: open it in a browser; API: {url}v1)
            policy {engine.Snapshot().Policy}, {engine.Model.KvTokensTotal:N0} KV tokens, context {engine.Model.ContextTokensMax:N0}

            curl {url}v1/chat/completions -H 'Content-Type: application/json'{key} -d '{body}'

            Ctrl-C stops.
            """);
    }
}
