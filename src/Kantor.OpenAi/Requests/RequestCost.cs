using Kantor.OpenAi.Errors;

namespace Kantor.OpenAi.Requests;

/// <summary>What a request may cost at most: prompts × choices × tokens. Computed before anything is allocated for it.</summary>
public static class RequestCost
{
    /// <summary>The error of a request over <paramref name="costTokensMax"/>; null when it is within. No product overflows.</summary>
    public static FieldError? Fault(int prompts, int choices, int outputTokensMax, long costTokensMax)
    {
        var cost = (Int128)prompts * choices * outputTokensMax;
        if (cost <= costTokensMax) return null;
        return new(
            choices > 1 ? "n" : "max_tokens",
            $"{prompts} prompt(s) x {choices} choice(s) x {outputTokensMax} token(s) is {cost} tokens; one request may ask for {costTokensMax} at most.",
            ErrorCodes.CostLimitExceeded);
    }
}
