using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Requests;

/// <summary>A valid body of <c>/v1/embeddings</c>.</summary>
/// <param name="Model">Model asked for.</param>
/// <param name="Inputs">Texts or token arrays, at least one.</param>
/// <param name="AsBase64">Whether vectors are sent as base64 of little-endian 32-bit floats rather than as numbers.</param>
/// <param name="Dimensions">Length of vector that the caller expects; null for the model's own. The server accepts only the model's
/// own.</param>
/// <param name="User">The caller's name for its end user, for the server's log.</param>
public sealed record EmbeddingRequest(string Model, IReadOnlyList<PromptInput> Inputs, bool AsBase64, int? Dimensions, string? User);

/// <summary>Reads the members of an embedding body.</summary>
internal static class EmbeddingReader
{
    private static readonly string[] Accepted = ["model", "input", "encoding_format", "dimensions", "user"];

    public static EmbeddingRequest Read(IEnumerable<Field> members, RequestLimits limits, List<FieldError> errors)
    {
        string? model = null, user = null;
        IReadOnlyList<PromptInput>? inputs = null;
        var asBase64 = false;
        int? dimensions = null;
        foreach (var field in members)
        {
            switch (field.Name)
            {
                case "model": model = field.Text(charsMax: 256); break;
                case "input": inputs = PromptInput.Read(field, limits); break;
                case "encoding_format": asBase64 = IsBase64(field); break;
                case "dimensions": dimensions = field.Whole(1, int.MaxValue); break;
                case "user": user = field.Text(charsMax: 512); break;
                default: UnknownFields.Refuse(field, Accepted); break;
            }
        }

        if (string.IsNullOrEmpty(model)) errors.Add(new("model", "'model' is missing. It must name the model to use.", ErrorCodes.Missing));
        if (inputs is null) errors.Add(new("input", "'input' is missing. It must be a string or an array.", ErrorCodes.Missing));
        return new EmbeddingRequest(model ?? "", inputs ?? [], asBase64, dimensions, user);
    }

    private static bool IsBase64(Field field)
    {
        var format = field.Text();
        if (format is not (null or "float" or "base64")) field.Refuse($"is {QuotedText.Of(format)}; it must be float or base64.");
        return format is "base64";
    }
}
