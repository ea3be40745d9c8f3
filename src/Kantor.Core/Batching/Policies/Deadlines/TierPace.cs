namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>
/// How many prompt tokens a microsecond leaves when so many rows of each tier decode: a step is as long as the tightest gap among them
/// allows, and of it each row takes the tokens that its own gap asks for (arXiv 2504.08784: the token budget of a step under several gap
/// objectives).
/// </summary>
/// <remarks>The step time is taken to be linear: FixedUs + TokenUs · prompt tokens + DecodeUs · decodes.</remarks>
/// <param name="FixedUs">Time of a step beside its tokens, in microseconds.</param>
/// <param name="TokenUs">Time that a prompt token adds, in microseconds, at least 0.</param>
/// <param name="DecodeUs">Time that a decode adds, in microseconds, at least 0.</param>
/// <param name="StepTokensMax">Tokens that a step may hold.</param>
/// <param name="Paces">Whether rows decode only as often as their gaps ask for.</param>
internal readonly record struct TierPace(double FixedUs, double TokenUs, double DecodeUs, int StepTokensMax, bool Paces)
{
    /// <summary>Requests that are worth the same and may wait for as long between tokens; null where nothing asks for them.</summary>
    public readonly record struct Tier(double? GapUs, double Value);

    /// <summary>Prompt tokens by microsecond beside the decodes, counted by tier; 0 when they leave nothing.</summary>
    public double TokensPerUs(ReadOnlySpan<Tier> tiers, ReadOnlySpan<int> decodes)
    {
        var stepUs = FixedUs + (TokenUs * StepTokensMax);
        for (var tier = 0; tier < tiers.Length; tier++)
        {
            if (decodes[tier] > 0 && tiers[tier].GapUs is { } gapUs) stepUs = Math.Min(stepUs, gapUs);
        }

        var decodeTokens = 0.0;
        for (var tier = 0; tier < tiers.Length; tier++) decodeTokens += decodes[tier] * Share(tiers[tier], stepUs);
        var fullUs = FixedUs + (DecodeUs * decodeTokens);
        var promptTokens = StepTokensMax - decodeTokens;
        if (fullUs + (TokenUs * promptTokens) > stepUs && TokenUs > 0) promptTokens = (stepUs - fullUs) / TokenUs;
        return promptTokens > 0 ? promptTokens / (fullUs + (TokenUs * promptTokens)) : 0;
    }

    /// <summary>Tokens that a row of the tier takes of a step of this length, in the mean.</summary>
    private double Share(in Tier tier, double stepUs) => Paces && tier.GapUs is { } gapUs ? Math.Min(1, stepUs / gapUs) : 1;
}
