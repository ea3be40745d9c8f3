using Kantor.Server.Context;
using Kantor.Server.Endpoints;
using Microsoft.AspNetCore.Http;

namespace Kantor.Server.Generation;

/// <summary>Passes on what a server elsewhere answers, byte for byte and as it comes.</summary>
internal static class Relaying
{
    /// <summary>Sends a call and passes its answer on.</summary>
    public static async Task SendAsync(HttpContext http, ServerContext server, EndpointCall call)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, server.Draining.Cut);
        await using var answer = await server.Endpoint.SendAsync(call, stop.Token);
        await SendAsync(http, server, (RelayedAnswer)answer, call.Path, stop.Token);
    }

    /// <summary>
    /// Passes an answer on. Nothing is held back: what has come is flushed before more is asked for, so that a slow client slows the
    /// endpoint and no memory grows. When the endpoint breaks off, so does the connection, and no client takes the answer for complete.
    /// </summary>
    public static async Task SendAsync(
        HttpContext http, ServerContext server, RelayedAnswer answer, string answerId, CancellationToken stop)
    {
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        await foreach (var piece in answer.ReadAllAsync(stop))
        {
            await http.Response.BodyWriter.WriteAsync(piece.Bytes, stop);
            await BoundedWriting.FlushAsync(http, server, answerId);
        }
    }
}
