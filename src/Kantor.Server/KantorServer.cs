using System.Net;
using System.Runtime.InteropServices;
using Kantor.Server.Api;
using Kantor.Server.Callers;
using Kantor.Server.Configuration;
using Kantor.Server.Context;
using Kantor.Server.Endpoints;
using Kantor.Server.Hosting;
using Kantor.Server.Http;
using Kantor.Server.Logging;
using Kantor.Server.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kantor.Server;

/// <summary>
/// The OpenAI-compatible HTTP server in front of an endpoint. It owns the socket, not what answers: whoever made the endpoint's engine
/// disposes it after the server has stopped.
/// </summary>
public sealed class KantorServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServerContext _context;

    private KantorServer(WebApplication app, ServerContext context, IReadOnlyList<ApiRoute> routes)
    {
        _app = app;
        _context = context;
        Routes = routes;
    }

    /// <summary>Every route and who may use it.</summary>
    public IReadOnlyList<ApiRoute> Routes { get; }

    /// <summary>Where the server listens; known once it has started.</summary>
    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>A server that does not listen yet.</summary>
    /// <param name="options">Where to listen and how much to allow.</param>
    /// <param name="endpoint">What answers.</param>
    /// <param name="logging">Where logs go; null for nowhere.</param>
    /// <param name="time">Clock of timeouts and answers; null for the system's.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message holds one line per error.</exception>
    public static KantorServer Build(
        ServerOptions options, IEndpoint endpoint, Action<ILoggingBuilder>? logging = null, TimeProvider? time = null)
    {
        List<string> errors = [.. options.Validate(), .. PriorityFaults(options, endpoint.Info)];
        if (errors.Count > 0) throw new ArgumentException(string.Join(Environment.NewLine, errors), nameof(options));

        var app = Listener(options, logging);
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Kantor.Server");
        var clock = time ?? TimeProvider.System;
        var prompts = endpoint.Model is { } model ? new PromptEncoder(model, options.Limits) : null;
        var context = new ServerContext(options, endpoint, new ServerMetrics(), prompts, new Draining(), clock, log);
        var routes = RouteTable.Create(context);

        // Without a key, a page of another site could reach the server through a name that it points at this machine.
        var onlyLoopbackNames = !options.HasKeys;
        app.Run(new Dispatcher(routes, new KeyRing(options), onlyLoopbackNames, context.Draining, clock, log).HandleAsync);
        return new KantorServer(app, context, routes);
    }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">The address is taken or not this machine's.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await _app.StartAsync(cancellation);
        _context.Log.Listening(Url.ToString());
    }

    /// <summary>
    /// Stops: no new connections and requests, a drain period for those in progress, then an error to those that remain. A second call or a
    /// cancelled token ends the drain period at once.
    /// </summary>
    public async Task StopAsync(CancellationToken hurry = default)
    {
        if (_context.Draining.HasBegun) _context.Draining.CutNow();
        _context.Draining.Begin();
        _context.Log.Stopping(_context.Options.DrainTimeoutMs);
        await using var cutByCaller = hurry.UnsafeRegister(state => ((Draining)state!).CutNow(), _context.Draining);
        await using var cutByTime = _context.Time.CreateTimer(
            state => ((Draining)state!).CutNow(), _context.Draining, TimeSpan.FromMilliseconds(_context.Options.DrainTimeoutMs),
            Timeout.InfiniteTimeSpan);
        await _app.StopAsync(CancellationToken.None);
    }

    /// <summary>
    /// Listens until <paramref name="stop"/> or SIGINT or SIGTERM, then drains. A second signal ends the drain period at once.
    /// </summary>
    /// <param name="started">Called once the server listens.</param>
    /// <param name="stop">Ends the server like a signal.</param>
    public async Task RunAsync(Action<KantorServer>? started = null, CancellationToken stop = default)
    {
        using var first = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var second = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        await StartAsync(stop);
        started?.Invoke(this);
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var wake = first.Token.UnsafeRegister(_ => stopping.TrySetResult(), null);
        await stopping.Task;
        await StopAsync(second.Token);

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            if (first.IsCancellationRequested) second.Cancel();
            first.Cancel();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _context.Draining.Dispose();
        _context.Prompts?.Dispose();
    }

    private static IEnumerable<string> PriorityFaults(ServerOptions options, EndpointInfo endpoint) => endpoint.HasPriorities
        ? []
        : options.Tenants.Where(tenant => tenant.Priority != 0).Select(tenant =>
            $"Tenant '{tenant.Name}' has priority {tenant.Priority}, and the policy '{endpoint.Policy}' has no priorities; "
                + "vllm-v1:order=priority has.");

    private static WebApplication Listener(ServerOptions options, Action<ILoggingBuilder>? logging)
    {
        // An empty builder reads no environment variables and no files, so nothing outside the options can open another port.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));
        builder.Services.AddSingleton<IHostLifetime, ManualLifetime>();
        builder.Services.Configure<HostOptions>(
            host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(options.DrainTimeoutMs) + Draining.CutGrace);
        logging?.Invoke(builder.Logging);
        return builder.Build();
    }

    private static void Configure(KestrelServerOptions kestrel, ServerOptions options)
    {
        options.TryAddress(out var address);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.Limits.BodyBytesMax;
        kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax;
        kestrel.Limits.MaxRequestHeaderCount = 100;
        kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        kestrel.Limits.MaxRequestLineSize = 8 * 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
        // Slow readers are bounded by the stall timeout, which counts from the first byte that is not taken.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Listen(address, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
    }
}
