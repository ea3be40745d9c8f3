using System.Buffers;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;
using Kantor.OpenAi.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Kantor.Server.Http;

/// <summary>Reads request bodies within limits.</summary>
internal static class JsonBody
{
    public const string ContentType = "application/json; charset=utf-8";

    /// <summary>Refuses every body that is not declared as plain JSON in UTF-8, before a byte of it is read.</summary>
    public static void CheckType(HttpRequest request)
    {
        var isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson) throw Refused("The header Content-Type must be application/json, in UTF-8.");
        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw Refused("Compressed bodies are not read; leave out the header Content-Encoding.");
        }
    }

    /// <summary>The request in the body, and the body.</summary>
    /// <exception cref="ApiErrorException">The body is too large (413) or not such a request (400).</exception>
    public static async Task<(T Request, ReadOnlyMemory<byte> Body)> ReadAsync<T>(
        HttpContext http, RequestLimits limits, Func<ReadOnlyMemory<byte>, RequestLimits, Parsed<T>> parse)
        where T : class
    {
        var body = await ReadBytesAsync(http, limits.BodyBytesMax);
        var parsed = parse(body, limits);
        return parsed.IsValid ? (parsed.Value, body) : throw new ApiErrorException(ApiError.BadRequest(parsed.Errors));
    }

    private static async Task<byte[]> ReadBytesAsync(HttpContext http, int bytesMax)
    {
        if (http.Request.ContentLength > bytesMax) throw TooLarge(bytesMax);
        var reader = http.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(http.RequestAborted);
            if (result.Buffer.Length > bytesMax) throw TooLarge(bytesMax);
            if (result.IsCompleted)
            {
                var bytes = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static ApiErrorException Refused(string message) =>
        new(new ApiError(415, message, ApiError.InvalidRequest, null, ErrorCodes.UnsupportedMediaType));

    private static ApiErrorException TooLarge(int bytesMax) =>
        new(new ApiError(413, $"The body has more than {bytesMax} bytes.", ApiError.InvalidRequest, null, ErrorCodes.BodyTooLarge));
}
