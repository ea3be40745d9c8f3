namespace Kantor.Bounds.Facts;

/// <summary>A request whose whole future is known, as bounds in milliseconds of a fleet need it.</summary>
/// <param name="ArrivalUs">When it comes, in microseconds of any origin, at least 0.</param>
/// <param name="PromptTokens">Its prompt, at least 1.</param>
/// <param name="OutputTokens">Its answer, at least 1.</param>
/// <param name="HitTokensMax">
/// Most prompt tokens that any policy could find cached, 0 to <paramref name="PromptTokens"/> − 1. Too large is safe, too small is not.
/// </param>
/// <param name="Weight">What it is worth when its objectives are met, at least 0.</param>
public readonly record struct BoundRequest(long ArrivalUs, int PromptTokens, int OutputTokens, int HitTokensMax = 0, double Weight = 1)
{
    /// <summary>Prompt tokens that must be computed after the best possible hit, at least 1.</summary>
    public int FreshTokens => PromptTokens - HitTokensMax;

    /// <summary>Tokens of the answer after the first: the steps in which it decodes.</summary>
    public int Decodes => OutputTokens - 1;

    internal void Validate(string name)
    {
        if (ArrivalUs >= 0 && PromptTokens >= 1 && OutputTokens >= 1 && Weight >= 0 && double.IsFinite(Weight)
            && HitTokensMax >= 0 && HitTokensMax < PromptTokens)
        {
            return;
        }

        throw new ArgumentException(
            $"{this} is not a request: a prompt and an answer have a token, a hit is shorter than its prompt.", name);
    }
}
