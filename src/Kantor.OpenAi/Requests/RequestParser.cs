using System.Text.Json;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Requests;

/// <summary>
/// Reads request bodies. Pure; every body gives either a request or errors that name the fields, never an exception. Null stands for the
/// default; a field that is not acted upon is an error.
/// </summary>
public static class RequestParser
{
    /// <summary>Body of <c>/v1/chat/completions</c>.</summary>
    public static Parsed<ChatRequest> Chat(ReadOnlyMemory<byte> body, RequestLimits limits) =>
        Parse(body, (members, errors) => ChatReader.Read(members, limits, errors));

    /// <summary>Body of <c>/v1/completions</c>.</summary>
    public static Parsed<CompletionRequest> Completion(ReadOnlyMemory<byte> body, RequestLimits limits) =>
        Parse(body, (members, errors) => CompletionReader.Read(members, limits, errors));

    /// <summary>Body of <c>/v1/embeddings</c>.</summary>
    public static Parsed<EmbeddingRequest> Embedding(ReadOnlyMemory<byte> body, RequestLimits limits) =>
        Parse(body, (members, errors) => EmbeddingReader.Read(members, limits, errors));

    /// <summary>Body of <c>/tokenize</c>, as vLLM has it.</summary>
    public static Parsed<TokenizeRequest> Tokenize(ReadOnlyMemory<byte> body, RequestLimits limits) =>
        Parse(body, (members, errors) => TokenizeReader.Read(members, limits, errors));

    /// <summary>Body of <c>/detokenize</c>, as vLLM has it.</summary>
    public static Parsed<DetokenizeRequest> Detokenize(ReadOnlyMemory<byte> body, RequestLimits limits) =>
        Parse(body, (members, errors) => TokenizeReader.ReadDetokenize(members, errors));

    internal static Parsed<T> Parse<T>(ReadOnlyMemory<byte> body, Func<IEnumerable<Field>, List<FieldError>, T> read)
        where T : class
    {
        var json = StrictJson.Parse(body);
        if (!json.IsValid) return new Parsed<T>(json.Errors);
        using var document = json.Value;
        var errors = new List<FieldError>();
        var root = Field.Root(document, errors);
        if (root.IsNull) root.RefuseNull();
        if (root.Members() is not { } members) return new Parsed<T>(errors);
        var request = read(members, errors);
        return errors.Count > 0 ? new Parsed<T>(errors) : new Parsed<T>(request);
    }
}
