using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Engine;
using Kantor.Engine.Backends;
using Kantor.Engine.Streams;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Requests;
using Kantor.Server.Callers;
using Kantor.Server.Http;

namespace Kantor.Server.Generation;

/// <summary>
/// Turns parsed fields and prompt tokens into engine requests, one per prompt. What does not fit the model's context is refused, never cut.
/// </summary>
internal static class RequestBuilder
{
    /// <summary>Refuses what could never be served, before anything is done for it.</summary>
    /// <exception cref="ApiErrorException">More answers are asked for than ever fit, or a priority that nothing looks at (400).</exception>
    public static void RequirePossible(GenerationFields fields, int prompts, EngineAbilities engine, Caller caller, string policy)
    {
        var answers = (long)prompts * fields.Choices;
        if (answers > engine.ChoicesMax) throw TooMany(prompts, fields, $"the queue never holds more than {engine.ChoicesMax}");
        if (answers > caller.AnswersMax) throw TooMany(prompts, fields, $"tenant '{caller.Name}' may have {caller.AnswersMax} open");
        if (fields.Priority is null or 0 || engine.HasPriorities) return;
        throw new ApiErrorException(ApiError.BadRequest(
            "priority",
            $"'priority' is {fields.Priority}, and the policy '{policy}' has no priorities; leave it out, or serve with a policy that "
                + "has, such as vllm-v1:order=priority.",
            ErrorCodes.UnsupportedParameter));
    }

    /// <summary>The engine requests.</summary>
    /// <exception cref="ApiErrorException">A prompt does not fit, or the request costs too much (400).</exception>
    public static IReadOnlyList<GenerationRequest> Build(
        GenerationFields fields, IReadOnlyList<int[]> prompts, BackendInfo model, RequestLimits limits, Caller caller)
    {
        var requests = prompts.Select(prompt => Build(fields, prompt, model, caller)).ToArray();
        var tokensMax = requests.Max(request => request.OutputTokensMax);
        if (RequestCost.Fault(prompts.Count, fields.Choices, tokensMax, fields.TopLogprobs, limits.CostTokensMax) is { } fault)
            throw new ApiErrorException(ApiError.BadRequest([fault]));
        return requests;
    }

    private static GenerationRequest Build(GenerationFields fields, int[] prompt, BackendInfo model, Caller caller)
    {
        var most = fields.OutputTokensMax is { } wanted ? Checked(wanted, prompt.Length, model) : Room(prompt.Length, model);
        return new GenerationRequest
        {
            PromptTokens = prompt,
            OutputTokensMax = most,
            OutputTokensMin = fields.OutputTokensMin <= most ? fields.OutputTokensMin : throw TooLong(
                "min_tokens", $"'min_tokens' is {fields.OutputTokensMin}; "
                    + $"after the prompt of {prompt.Length} tokens there is room for {most}."),
            IgnoresEnd = fields.IgnoresEnd,
            Choices = fields.Choices,
            StopTexts = fields.Stop,
            TopLogprobs = fields.TopLogprobs,
            Priority = fields.Priority ?? caller.Priority,
            Tenant = caller.Tenant,
            CacheDomain = new CacheDomain(caller.Tenant.Value, 0),
            Sampling = fields.Sampling,
        };
    }

    private static int Checked(int wanted, int promptTokens, BackendInfo model)
    {
        if ((long)promptTokens + wanted <= model.SequenceTokensMax) return wanted;
        throw TooLong(
            "max_tokens",
            $"The prompt has {promptTokens} tokens and {wanted} are to be generated, {(long)promptTokens + wanted} together; at most "
                + $"{model.SequenceTokensMax} are served.");
    }

    /// <summary>Without a limit from the caller, an answer may fill what the prompt leaves of the context and of the KV pool.</summary>
    private static int Room(int promptTokens, BackendInfo model)
    {
        var most = model.SequenceTokensMax;
        if (promptTokens < most) return most - promptTokens;
        throw TooLong(
            null,
            $"The prompt has {promptTokens} tokens, which leaves no room for an answer; "
                + $"prompt and answer have {most} tokens together at most.");
    }

    private static ApiErrorException TooMany(int prompts, GenerationFields fields, string limit) => new(ApiError.BadRequest(
        fields.Choices > 1 ? "n" : "prompt",
        $"{prompts} prompt(s) x {fields.Choices} choice(s) are {(long)prompts * fields.Choices} answers at once; {limit}.",
        ErrorCodes.QueueCapacityExceeded));

    private static ApiErrorException TooLong(string? field, string message) =>
        new(ApiError.BadRequest(field, message, ErrorCodes.ContextLengthExceeded));
}
