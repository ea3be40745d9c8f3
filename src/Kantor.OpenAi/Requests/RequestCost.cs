using Kantor.OpenAi.Errors;

namespace Kantor.OpenAi.Requests;

/// <summary>
/// What a request may cost at most: prompts × choices × tokens × entries per token. Computed before anything is allocated for it.
/// </summary>
public static class RequestCost
{
    /// <summary>
    /// The error of a request over <paramref name="costTokensMax"/>; null when it is within. A token with <paramref name="topLogprobs"/>
    /// alternatives counts as that many more. No product overflows.
    /// </summary>
    public static FieldError? Fault(int prompts, int choices, int outputTokensMax, int? topLogprobs, long costTokensMax)
    {
        var entries = 1 + (topLogprobs ?? 0);
        var cost = (Int128)prompts * choices * outputTokensMax * entries;
        if (cost <= costTokensMax) return null;
        var alternatives = entries > 1 ? $" x {entries} log-probabilities" : "";
        return new(
            choices > 1 ? "n" : "max_tokens",
            $"{prompts} prompt(s) x {choices} choice(s) x {outputTokensMax} token(s){alternatives} is {cost} tokens; one request may ask "
                + $"for {costTokensMax} at most.",
            ErrorCodes.CostLimitExceeded);
    }
}
