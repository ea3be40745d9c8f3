using System.Buffers;
using System.Text.Json;
using Kantor.OpenAi.Errors;

namespace Kantor.Anthropic;

/// <summary>Errors in Anthropic's shape, <c>{"type":"error","error":{"type","message"}}</c>.</summary>
public static class MessageErrors
{
    /// <summary>Writes the body.</summary>
    public static void Write(IBufferWriter<byte> to, ApiError error)
    {
        using var json = new Utf8JsonWriter(to, MessageFormat.Relaxed);
        json.WriteStartObject();
        json.WriteString("type", "error");
        json.WriteStartObject("error");
        json.WriteString("type", TypeOf(error.Status));
        json.WriteString("message", error.Message);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 or 529 => "overloaded_error",
        < 500 => "invalid_request_error",
        _ => "api_error",
    };
}
