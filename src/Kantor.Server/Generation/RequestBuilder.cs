using Kantor.Engine.Backends;
using Kantor.Engine.Streams;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Requests;
using Kantor.Server.Routing;

namespace Kantor.Server.Generation;

/// <summary>
/// Turns parsed fields and prompt tokens into engine requests, one per prompt. What does not fit the model's context is refused, never cut.
/// </summary>
internal static class RequestBuilder
{
    /// <summary>The engine requests.</summary>
    /// <exception cref="ApiErrorException">A prompt does not fit, or the request costs too much (400).</exception>
    public static IReadOnlyList<GenerationRequest> Build(GenerationFields fields, IReadOnlyList<int[]> prompts, BackendInfo model, RequestLimits limits)
    {
        var requests = prompts.Select(prompt => Build(fields, prompt, model)).ToArray();
        var tokensMax = requests.Max(request => request.OutputTokensMax);
        if (RequestCost.Fault(prompts.Count, fields.Choices, tokensMax, fields.TopLogprobs, limits.CostTokensMax) is { } fault)
            throw new ApiErrorException(ApiError.BadRequest([fault]));
        return requests;
    }

    private static GenerationRequest Build(GenerationFields fields, int[] prompt, BackendInfo model) => new()
    {
        PromptTokens = prompt,
        OutputTokensMax = fields.OutputTokensMax is { } wanted ? Checked(wanted, prompt.Length, model) : Room(prompt.Length, model),
        Choices = fields.Choices,
        StopTexts = fields.Stop,
        TopLogprobs = fields.TopLogprobs,
        Priority = fields.Priority,
        Sampling = fields.Sampling,
    };

    private static int Checked(int wanted, int promptTokens, BackendInfo model)
    {
        if ((long)promptTokens + wanted <= model.ContextTokensMax) return wanted;
        throw TooLong(
            "max_tokens",
            $"The prompt has {promptTokens} tokens and {wanted} are to be generated, {(long)promptTokens + wanted} together; the model's context is {model.ContextTokensMax} tokens.");
    }

    /// <summary>Without a limit from the caller, an answer may fill what the prompt leaves of the context and of the KV pool.</summary>
    private static int Room(int promptTokens, BackendInfo model)
    {
        var most = Math.Min(model.ContextTokensMax, model.KvTokensTotal);
        if (promptTokens < most) return most - promptTokens;
        throw TooLong(null, $"The prompt has {promptTokens} tokens, which leaves no room for an answer; prompt and answer have {most} tokens together at most.");
    }

    private static ApiErrorException TooLong(string? field, string message) => new(ApiError.BadRequest(field, message, ErrorCodes.ContextLengthExceeded));
}
