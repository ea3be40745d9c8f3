using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;
using Kantor.OpenAi.Tools;

namespace Kantor.OpenAi.Requests;

/// <summary>Reads the members of a chat body.</summary>
internal static class ChatReader
{
    private static readonly string[] Accepted = [.. GenerationReader.Names, "messages", "logprobs", "top_logprobs", .. ToolReader.Names];

    public static ChatRequest Read(IEnumerable<Field> members, RequestLimits limits, List<FieldError> errors)
    {
        var generation = new GenerationReader(limits, errors);
        IReadOnlyList<ChatMessage>? messages = null;
        var tools = new ToolReader(errors);
        bool? logprobs = null;
        int? topLogprobs = null;
        foreach (var field in members)
        {
            switch (field.Name)
            {
                case "messages": messages = MessageReader.All(field, limits); break;
                case "logprobs": logprobs = field.Flag(); break;
                case "top_logprobs": topLogprobs = field.Whole(0, limits.TopLogprobsMax); break;
                default:
                    if (!generation.TryRead(field) && !tools.TryRead(field)) UnknownFields.Refuse(field, Accepted);
                    break;
            }
        }

        if (messages is null) generation.Require("messages", "It must be an array of at least one message.");
        var alternatives = Alternatives(logprobs, topLogprobs, errors);
        var fields = generation.Build(prompts: 1, alternatives, outputTokensDefault: null);
        return new ChatRequest(fields with { Tools = tools.Build() }, messages ?? []);
    }

    private static int? Alternatives(bool? logprobs, int? topLogprobs, List<FieldError> errors)
    {
        if (logprobs is true) return topLogprobs ?? 0;
        if (topLogprobs is not null)
        {
            errors.Add(new("top_logprobs", "'top_logprobs' is only allowed with \"logprobs\": true.", ErrorCodes.InvalidValue));
        }

        return null;
    }
}
