using System.Text.Json;
using System.Text.Unicode;
using Kantor.OpenAi.Errors;

namespace Kantor.OpenAi.Json;

/// <summary>
/// Reads one JSON document and refuses everything on which two readers might disagree: invalid UTF-8, keys that are equal apart from case,
/// comments, trailing commas, a second document, deep nesting, giant numbers and objects. Time is linear in the length.
/// </summary>
public static class StrictJson
{
    /// <summary>Deepest nesting of arrays and objects.</summary>
    public const int DepthMax = 32;

    /// <summary>Most members of one object.</summary>
    public const int MembersMax = 4096;

    /// <summary>Most characters of one number.</summary>
    public const int NumberCharsMax = 64;

    /// <summary>The document, which the caller disposes, or the first thing that is wrong with it.</summary>
    public static Parsed<JsonDocument> Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.IsEmpty) return Wrong("The body is empty; it must be a JSON object.");
        if (!Utf8.IsValid(utf8.Span)) return Wrong("The body is not valid UTF-8.");
        try
        {
            if (FirstFault(utf8.Span) is { } fault) return new([fault]);
            return new(JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = DepthMax }));
        }
        catch (JsonException e)
        {
            return Wrong(
                $"The body is not one valid JSON document (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}): {Reason(e)}");
        }
        catch (InvalidOperationException)
        {
            return Wrong("The body has a key with half of a surrogate pair.");
        }
    }

    private static FieldError? FirstFault(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DepthMax });
        var keysByDepth = new HashSet<string>?[DepthMax + 1];
        while (reader.Read())
        {
            var fault = reader.TokenType switch
            {
                JsonTokenType.StartObject => Begin(keysByDepth, reader.CurrentDepth),
                JsonTokenType.PropertyName => Add(keysByDepth[reader.CurrentDepth - 1]!, reader.GetString()!),
                JsonTokenType.Number when reader.ValueSpan.Length > NumberCharsMax =>
                    Fault($"A number has {reader.ValueSpan.Length} characters; at most {NumberCharsMax} are read."),
                _ => null,
            };
            if (fault is not null) return fault;
        }

        return null;
    }

    private static FieldError? Begin(HashSet<string>?[] keysByDepth, int depth)
    {
        var keys = keysByDepth[depth] ??= new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        keys.Clear();
        return null;
    }

    private static FieldError? Add(HashSet<string> keys, string key)
    {
        if (!keys.Add(key))
            return new FieldError(
                QuotedText.Plain(key),
                $"The key {QuotedText.Of(key)} occurs twice in one object (upper and lower case are not told apart).",
                ErrorCodes.DuplicateKey);
        return keys.Count > MembersMax ? Fault($"An object has more than {MembersMax} members.") : null;
    }

    private static string Reason(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var reason = end < 0 ? e.Message : e.Message[..end];
        return new string([.. reason.Take(200).Select(c => c is >= ' ' and <= '~' ? c : '?')]);
    }

    private static FieldError Fault(string message) => new(null, message, ErrorCodes.InvalidJson);

    private static Parsed<JsonDocument> Wrong(string message) => new([Fault(message)]);
}
