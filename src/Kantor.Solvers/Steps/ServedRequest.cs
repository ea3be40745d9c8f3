using Google.OrTools.Sat;
using Kantor.Bounds.Facts;

namespace Kantor.Solvers.Steps;

/// <summary>A request in a model: what steps may compute of it, whether it is served, and when its tokens come if it is.</summary>
/// <param name="Facts">The request.</param>
/// <param name="AnswerTokens">Tokens of its answer that count, at least 1.</param>
/// <param name="Grants">What a step may compute of it.</param>
/// <param name="IsServed">Whether those tokens are computed; if not, nothing is.</param>
/// <param name="TokenAt">Per token of the answer that counts, the end of the step that computes it; anything if it is not served.</param>
internal sealed record ServedRequest(BoundRequest Facts, int AnswerTokens, Grant[] Grants, BoolVar IsServed, IntVar[] TokenAt)
{
    /// <summary>Tokens computed before the first step.</summary>
    public int Start => Facts.HitTokensMax;

    /// <summary>Tokens computed after the last one that counts.</summary>
    public int End => Facts.PromptTokens + AnswerTokens - 1;

    /// <summary>Most steps that it takes part in.</summary>
    public int StepsMax => End - Start;

    /// <summary>The answer's token, from 0, that a grant computes; null for a chunk that does not end the prompt.</summary>
    public IntVar? TokenOf(Grant grant) => grant.To >= Facts.PromptTokens ? TokenAt[grant.To - Facts.PromptTokens] : null;
}
