using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Requests;

/// <summary>A valid body of <c>/tokenize</c>: either a prompt or messages.</summary>
/// <param name="Model">Model asked for; null for the one served.</param>
/// <param name="Prompt">The text; null when there are messages.</param>
/// <param name="Messages">The conversation, to which the chat template is applied; null when there is a prompt.</param>
/// <param name="AddSpecialTokens">Whether the beginning-of-sequence token is put in front of a prompt.</param>
/// <param name="ReturnTokenTexts">Whether the text of every token is sent as well.</param>
public sealed record TokenizeRequest(
    string? Model, string? Prompt, IReadOnlyList<ChatMessage>? Messages, bool AddSpecialTokens, bool ReturnTokenTexts);

/// <summary>A valid body of <c>/detokenize</c>.</summary>
/// <param name="Model">Model asked for; null for the one served.</param>
/// <param name="Tokens">Token ids, at least one, none negative.</param>
public sealed record DetokenizeRequest(string? Model, int[] Tokens);

/// <summary>Reads the members of tokenise and detokenise bodies.</summary>
internal static class TokenizeReader
{
    private static readonly string[] Accepted = ["model", "prompt", "messages", "add_special_tokens", "return_token_strs"];

    public static TokenizeRequest Read(IEnumerable<Field> members, RequestLimits limits, List<FieldError> errors)
    {
        string? model = null, prompt = null;
        IReadOnlyList<ChatMessage>? messages = null;
        var (addSpecial, returnTexts) = (true, false);
        foreach (var field in members)
        {
            switch (field.Name)
            {
                case "model": model = field.Text(charsMax: 256); break;
                case "prompt": prompt = field.Text(); break;
                case "messages": messages = MessageReader.All(field, limits); break;
                case "add_special_tokens": addSpecial = field.Flag() ?? true; break;
                case "return_token_strs": returnTexts = field.Flag() ?? false; break;
                default: UnknownFields.Refuse(field, Accepted); break;
            }
        }

        if (errors.Count == 0 && prompt is null == messages is null)
            errors.Add(new("prompt", "Exactly one of 'prompt' and 'messages' must be given.", ErrorCodes.InvalidValue));
        return new TokenizeRequest(model, prompt, messages, addSpecial, returnTexts);
    }

    public static DetokenizeRequest ReadDetokenize(IEnumerable<Field> members, List<FieldError> errors)
    {
        string? model = null;
        int[]? tokens = null;
        foreach (var field in members)
        {
            switch (field.Name)
            {
                case "model": model = field.Text(charsMax: 256); break;
                case "tokens":
                    if (field.IsNull) field.RefuseNull();
                    tokens = PromptInput.TokenIds(field);
                    break;
                default: UnknownFields.Refuse(field, ["model", "tokens"]); break;
            }
        }

        if (tokens is null) errors.Add(new("tokens", "'tokens' is missing. It must be an array of token ids.", ErrorCodes.Missing));
        return new DetokenizeRequest(model, tokens ?? []);
    }
}
