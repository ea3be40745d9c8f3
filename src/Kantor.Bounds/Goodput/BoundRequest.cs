using Kantor.Core.Objectives;

namespace Kantor.Bounds.Goodput;

/// <summary>A request as hindsight knows it.</summary>
/// <param name="ArrivalUs">When it arrives.</param>
/// <param name="PromptTokens">Tokens of its prompt, at least 1.</param>
/// <param name="OutputTokens">Tokens that it generates, at least 1.</param>
/// <param name="HitTokensMax">Most prompt tokens that any policy could find cached, below <paramref name="PromptTokens"/>.</param>
/// <param name="Weight">What it is worth when it keeps its limits, above 0.</param>
/// <param name="Limits">The limits that it must keep to be worth it.</param>
public readonly record struct BoundRequest(
    long ArrivalUs, int PromptTokens, int OutputTokens, int HitTokensMax, double Weight, SloSpec Limits);
