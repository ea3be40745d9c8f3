using System.Net;
using Kantor.OpenAi.Errors;
using Kantor.Server.Callers;
using Kantor.Server.Hosting;
using Kantor.Server.Logging;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kantor.Server.Http;

/// <summary>
/// Brings every request to its route, or answers why not, in the error shape of the route's protocol. The table it is given is all there is
/// to reach.
/// </summary>
internal sealed class Dispatcher(
    IReadOnlyList<ApiRoute> routes, KeyRing keys, bool onlyLoopbackNames, Draining draining, TimeProvider time, ILogger log)
{
    public async Task HandleAsync(HttpContext http)
    {
        var startedAt = time.GetTimestamp();
        try
        {
            http.Response.Headers.XContentTypeOptions = "nosniff";
            var route = Find(http);
            await route.Handle(http);
        }
        catch (ApiErrorException e)
        {
            await AnswerAsync(http, e.Error);
        }
        catch (BadHttpRequestException e)
        {
            var code = e.StatusCode == StatusCodes.Status413PayloadTooLarge ? ErrorCodes.BodyTooLarge : ErrorCodes.BadRequest;
            await AnswerAsync(http, new ApiError(e.StatusCode, QuotedText.Plain(e.Message), ApiError.InvalidRequest, null, code));
        }
        catch (OperationCanceledException)
        {
            http.Abort();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.HandlerFailed(e, http.Request.Method, QuotedText.Plain(http.Request.Path.Value ?? ""));
            await AnswerAsync(
                http, new ApiError(500, "The server failed to answer; see its log.", ApiError.ServerError, null, ErrorCodes.Internal));
        }

        var elapsedMs = time.GetElapsedTime(startedAt).TotalMilliseconds;
        log.Answered(http.Request.Method, QuotedText.Plain(http.Request.Path.Value ?? ""), http.Response.StatusCode, elapsedMs);
    }

    private ApiRoute Find(HttpContext http)
    {
        var request = http.Request;
        CheckMessage(request);
        var route = Match(http);
        Admit(http, route);
        if (request.QueryString.HasValue) throw Refused(400, ErrorCodes.UnknownParameter, "This route takes no query parameters.");
        if (route.Method == HttpMethods.Post)
        {
            if (draining.HasBegun) throw new ApiErrorException(OutcomeTable.Of(Core.Requests.RequestOutcome.ShutDown).Error!);
            JsonBody.CheckType(request);
        }

        return route;
    }

    private void CheckMessage(HttpRequest request)
    {
        if (HasTwoLengths(request))
        {
            throw Refused(400, ErrorCodes.BadRequest, "A message has either Content-Length or Transfer-Encoding, not both.");
        }

        if (onlyLoopbackNames && !IsLoopbackName(request.Host.Host))
        {
            throw Refused(421, ErrorCodes.BadRequest, "This server answers only to localhost; set an API key to serve other host names.");
        }
    }

    private ApiRoute Match(HttpContext http)
    {
        var request = http.Request;
        var path = request.Path.Value ?? "";
        var here = routes.Where(route => route.Matches(path)).ToArray();
        if (here.Length == 0) throw Refused(404, ErrorCodes.NotFound, $"There is no route {QuotedText.Of(path)}.");
        if (Array.Find(here, route => route.Method == request.Method) is { } found) return found;
        http.Response.Headers.Allow = string.Join(", ", here.Select(route => route.Method));
        throw Refused(
            405,
            ErrorCodes.MethodNotAllowed,
            $"{QuotedText.Of(path)} does not take {QuotedText.Of(request.Method)}; see the header Allow.");
    }

    /// <summary>Lets the caller in by its key, and notes who it is.</summary>
    private void Admit(HttpContext http, ApiRoute route)
    {
        if (keys.Refusal(route.Access, http.Request, out var caller) is { } refusal)
        {
            if (refusal.Status == 401) http.Response.Headers.WWWAuthenticate = "Bearer";
            throw new ApiErrorException(refusal);
        }

        http.Features.Set(caller);
    }

    /// <summary>Kestrel renames a Content-Length beside a Transfer-Encoding; what is in front of us may believe the other one.</summary>
    private static bool HasTwoLengths(HttpRequest request) =>
        request.Headers.TransferEncoding.Count > 0
            && (request.Headers.ContentLength is not null || request.Headers.ContainsKey("X-Content-Length"));

    private static bool IsLoopbackName(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>In the shape of the protocol that the path belongs to, whatever the method.</summary>
    private void WriteError(HttpContext http, ApiError error)
    {
        var path = http.Request.Path.Value ?? "";
        if (routes.FirstOrDefault(route => route.Matches(path)) is { } route) route.Errors(http.Response.BodyWriter, error);
        else error.WriteTo(http.Response.BodyWriter);
    }

    private static ApiErrorException Refused(int status, string code, string message) =>
        new(new ApiError(status, message, ApiError.InvalidRequest, null, code));

    private async Task AnswerAsync(HttpContext http, ApiError error)
    {
        if (http.Response.HasStarted || http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = error.Status;
        http.Response.ContentType = JsonBody.ContentType;
        if (error.Status == StatusCodes.Status429TooManyRequests) http.Response.Headers.RetryAfter = "1";
        WriteError(http, error);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
