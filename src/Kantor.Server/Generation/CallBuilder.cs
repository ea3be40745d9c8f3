using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Requests;
using Kantor.Server.Callers;
using Kantor.Server.Context;
using Kantor.Server.Endpoints;
using Kantor.Server.Http;

namespace Kantor.Server.Generation;

/// <summary>
/// Turns parsed fields and prompt tokens into a call with facts, one for each prompt. What does not fit the model's context is refused,
/// never cut.
/// </summary>
internal static class CallBuilder
{
    /// <summary>Refuses what could never be served, before anything is done for it.</summary>
    /// <exception cref="ApiErrorException">More answers are asked for than ever fit, or a priority that nothing looks at (400).</exception>
    public static void RequirePossible(GenerationFields fields, int prompts, EndpointInfo endpoint, Caller caller)
    {
        var answers = (long)prompts * fields.Choices;
        if (answers > endpoint.AnswersMax) throw TooMany(prompts, fields, $"the queue never holds more than {endpoint.AnswersMax}");
        if (answers > caller.AnswersMax) throw TooMany(prompts, fields, $"tenant '{caller.Name}' may have {caller.AnswersMax} open");
        if (fields.Priority is null or 0 || endpoint.HasPriorities) return;
        throw new ApiErrorException(ApiError.BadRequest(
            "priority",
            $"'priority' is {fields.Priority}, and the policy '{endpoint.Policy}' has no priorities; leave it out, or serve with a policy "
                + "that has, such as vllm-v1:order=priority.",
            ErrorCodes.UnsupportedParameter));
    }

    /// <summary>The call with its facts, one for each prompt; without prompts there are none.</summary>
    /// <exception cref="ApiErrorException">A prompt does not fit, or the request costs too much (400).</exception>
    public static EndpointCall Build(
        ServerContext server, Caller caller, string path, ReadOnlyMemory<byte> body, GenerationFields fields, IReadOnlyList<int[]> prompts)
    {
        var nowUs = server.NowUs;
        RequestFacts[] facts = [.. prompts.Select(prompt => FactsOf(server, caller, fields, prompt.Length, nowUs))];
        var tokensMax = facts.Select(of => of.OutputTokensMax).DefaultIfEmpty(fields.OutputTokensMax ?? 1).Max();
        var count = Math.Max(1, prompts.Count);
        if (RequestCost.Fault(count, fields.Choices, tokensMax, fields.TopLogprobs, server.Options.Limits.CostTokensMax) is { } fault)
            throw new ApiErrorException(ApiError.BadRequest([fault]));
        return new EndpointCall
        {
            Path = path,
            Body = body,
            Fields = fields,
            Facts = facts,
            Prompts = prompts,
            Constraint = server.Constraints?.Of(fields),
        };
    }

    private static RequestFacts FactsOf(ServerContext server, Caller caller, GenerationFields fields, int promptTokens, long nowUs)
    {
        var sequenceMax = server.Endpoint.Info.SequenceTokensMax ?? int.MaxValue;
        var most = fields.OutputTokensMax is { } wanted ? Checked(wanted, promptTokens, sequenceMax) : Room(promptTokens, sequenceMax);
        if (fields.OutputTokensMin > most)
        {
            throw TooLong(
                "min_tokens",
                $"'min_tokens' is {fields.OutputTokensMin}; after the prompt of {promptTokens} tokens there is room for {most}.");
        }

        return new RequestFacts
        {
            Id = server.NewId(),
            PromptTokens = promptTokens,
            OutputTokensMax = most,
            ArrivalUs = nowUs,
            Tenant = caller.Tenant,
            Priority = fields.Priority ?? caller.Priority,
            CacheDomain = new CacheDomain(caller.Tenant.Value, 0),
        };
    }

    private static int Checked(int wanted, int promptTokens, int most)
    {
        if ((long)promptTokens + wanted <= most) return wanted;
        throw TooLong(
            "max_tokens",
            $"The prompt has {promptTokens} tokens and {wanted} are to be generated, {(long)promptTokens + wanted} together; at most "
                + $"{most} are served.");
    }

    /// <summary>Without a limit from the caller, an answer may fill what the prompt leaves of the context and of the KV pool.</summary>
    private static int Room(int promptTokens, int most)
    {
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
