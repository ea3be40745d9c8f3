using Kantor.Server.Logging;
using Microsoft.AspNetCore.Http;

namespace Kantor.Server.Context;

/// <summary>Sends what was written to a response, and cuts the connection of a client that does not take it.</summary>
internal static class BoundedWriting
{
    /// <summary>Flushes; at most the host's response buffer is held for the client, and at most for the stall timeout.</summary>
    /// <exception cref="OperationCanceledException">The client is gone, or was cut for not reading.</exception>
    public static async ValueTask FlushAsync(HttpContext http, ServerContext server, string answerId)
    {
        var flush = http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        if (flush.IsCompletedSuccessfully)
        {
            ThrowIfGone(http, flush.Result.IsCompleted);
            return;
        }

        try
        {
            var result = await flush.AsTask().WaitAsync(
                TimeSpan.FromMilliseconds(server.Options.StallTimeoutMs), server.Time, http.RequestAborted);
            ThrowIfGone(http, result.IsCompleted);
        }
        catch (TimeoutException)
        {
            server.Log.ReaderStalled(answerId, server.Options.StallTimeoutMs);
            server.Metrics.StreamStalled();
            http.Abort();
            throw new OperationCanceledException("The client took nothing for the stall timeout.");
        }
    }

    private static void ThrowIfGone(HttpContext http, bool isReaderGone)
    {
        http.RequestAborted.ThrowIfCancellationRequested();
        if (isReaderGone) throw new OperationCanceledException("The client is gone.");
    }
}
