using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kantor.OpenAi.Errors;

/// <summary>An answer that is an error: HTTP status and the body in OpenAI's shape, <c>{"error":{message,type,param,code}}</c>.</summary>
/// <param name="Status">HTTP status, 400 to 599.</param>
/// <param name="Message">For humans; what is wrong and what would be right.</param>
/// <param name="Type">Kind of error as OpenAI names it, such as <c>invalid_request_error</c>.</param>
/// <param name="Param">Field that is wrong, null for none.</param>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
public sealed record ApiError(int Status, string Message, string Type, string? Param, string Code)
{
    /// <summary>The type of every error that the client can mend.</summary>
    public const string InvalidRequest = "invalid_request_error";

    /// <summary>The type of errors of the server.</summary>
    public const string ServerError = "server_error";

    private const int MessagesMax = 5;

    /// <summary>
    /// Status 400 with everything that is wrong with the body; the first error names <see cref="Param"/> and <see cref="Code"/>.
    /// </summary>
    public static ApiError BadRequest(IReadOnlyList<FieldError> errors)
    {
        var shown = string.Join(" ", errors.Take(MessagesMax).Select(error => error.Message));
        var message = errors.Count > MessagesMax ? $"{shown} ({errors.Count - MessagesMax} more errors.)" : shown;
        return new ApiError(400, message, InvalidRequest, errors[0].Param, errors[0].Code);
    }

    /// <summary>Status 400 about one field.</summary>
    public static ApiError BadRequest(string? param, string message, string code = ErrorCodes.InvalidValue) =>
        new(400, message, InvalidRequest, param, code);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> to)
    {
        using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", Message);
        json.WriteString("type", Type);
        json.WriteString("param", Param);
        json.WriteString("code", Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
