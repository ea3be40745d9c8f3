using System.Runtime.CompilerServices;
using Kantor.Core.Requests;
using Kantor.Engine;
using Kantor.Server.Endpoints;

namespace Kantor.Server.Tests.Endpoints;

/// <summary>Another server as an endpoint, over a real socket: what the port must carry for a model that is not in this process.</summary>
internal sealed class RelayEndpoint(Uri upstream, string modelName) : IEndpoint, IAsyncDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = upstream, Timeout = TestServer.Patience };

    public EndpointInfo Info { get; init; } = new(modelName);

    public ITextModel? Model => null;

    public string? Fault { get; set; }

    /// <summary>The calls that came.</summary>
    public List<EndpointCall> Calls { get; } = [];

    public EndpointSnapshot Snapshot() => new(0, 0, 0, 0, 0, Fault);

    public StepModelReport? StepModel() => null;

    public string MetricsText() => "";

    public async Task<EndpointAnswer> SendAsync(EndpointCall call, CancellationToken cancellation)
    {
        Calls.Add(call);
        using var request = new HttpRequestMessage(HttpMethod.Post, call.Path) { Content = new ReadOnlyMemoryContent(call.Body) };
        request.Content.Headers.ContentType = new("application/json");
        return new Answer(await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation));
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Answer(HttpResponseMessage response) : RelayedAnswer
    {
        public override int Status => (int)response.StatusCode;

        public override string ContentType => response.Content.Headers.ContentType!.ToString();

        public override void Cancel() => response.Dispose();

        public override async IAsyncEnumerable<RelayedPiece> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            var buffer = new byte[4096];
            while (await body.ReadAsync(buffer, cancellation) is var read and > 0) yield return new RelayedPiece(buffer.AsMemory(0, read));
            yield return new RelayedPiece(default, End: RequestOutcome.Stopped);
        }
    }
}
