using Kantor.Bounds.Facts;
using Kantor.Core.StepTime;

namespace Kantor.Solvers.Steps;

/// <summary>What a step may compute of a request: so many tokens after so many; a chunk of its prompt, or one decode.</summary>
/// <param name="From">Tokens computed before.</param>
/// <param name="Tokens">Tokens that the step computes, at least 1.</param>
/// <param name="IsDecode">Whether it is the newest generated token.</param>
internal readonly record struct Grant(int From, int Tokens, bool IsDecode)
{
    /// <summary>Tokens computed afterwards, which is what the request holds in this step.</summary>
    public int To => From + Tokens;

    /// <summary>Everything that a step may compute of a request, up to so many tokens of its answer.</summary>
    public static Grant[] AllOf(BoundRequest request, int answerTokens, int stepTokensMax) =>
    [
        .. from start in Enumerable.Range(request.HitTokensMax, request.FreshTokens)
           from tokens in Enumerable.Range(1, Math.Min(stepTokensMax, request.PromptTokens - start))
           select new Grant(start, tokens, IsDecode: false),
        .. Enumerable.Range(request.PromptTokens, answerTokens - 1).Select(start => new Grant(start, 1, IsDecode: true)),
    ];

    /// <summary>A load with this grant.</summary>
    public StepLoad AddTo(in StepLoad load) => load.With(Tokens, From, IsDecode);
}
