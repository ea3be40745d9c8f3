using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Requests;

/// <summary>A valid body of <c>/v1/completions</c>.</summary>
/// <param name="Generation">What chat and plain completions share; the output limit is 16 where none is given, as in OpenAI's API.</param>
/// <param name="Prompts">The prompts, at least one.</param>
public sealed record CompletionRequest(GenerationFields Generation, IReadOnlyList<PromptInput> Prompts);

/// <summary>Reads the members of a completion body.</summary>
internal static class CompletionReader
{
    private const int OutputTokensDefault = 16;

    private static readonly string[] Accepted = [.. GenerationReader.Names, "prompt", "logprobs"];

    public static CompletionRequest Read(IEnumerable<Field> members, RequestLimits limits, List<FieldError> errors)
    {
        var generation = new GenerationReader(limits, errors);
        IReadOnlyList<PromptInput>? prompts = null;
        int? logprobs = null;
        foreach (var field in members)
        {
            switch (field.Name)
            {
                case "prompt": prompts = PromptInput.Read(field, limits); break;
                case "logprobs": logprobs = field.Whole(0, limits.TopLogprobsMax); break;
                default:
                    if (!generation.TryRead(field)) UnknownFields.Refuse(field, Accepted);
                    break;
            }
        }

        if (prompts is null) generation.Require("prompt", "It must be a string or an array of token ids.");
        return new CompletionRequest(generation.Build(prompts?.Count ?? 1, logprobs, OutputTokensDefault), prompts ?? []);
    }
}
