using Kantor.Core.Randomness;

namespace Kantor.Workloads.Generators;

/// <summary>A law of lengths in tokens; draws are rounded and clipped to the law's range.</summary>
public abstract record LengthLaw(int TokensMin, int TokensMax)
{
    /// <summary>One length.</summary>
    public int Draw(RandomStream random) => (int)Math.Clamp(Math.Round(DrawUnclipped(random)), TokensMin, TokensMax);

    /// <summary>One length before rounding and clipping.</summary>
    protected abstract double DrawUnclipped(RandomStream random);
}

/// <summary>Lognormal lengths: median · exp(σ · normal).</summary>
public sealed record LognormalLength(double Median, double Sigma, int TokensMin, int TokensMax) : LengthLaw(TokensMin, TokensMax)
{
    /// <inheritdoc/>
    protected override double DrawUnclipped(RandomStream random) => Median * Math.Exp(Sigma * Draws.Normal(random));
}

/// <summary>Normal lengths.</summary>
public sealed record NormalLength(double Mean, double Deviation, int TokensMin, int TokensMax) : LengthLaw(TokensMin, TokensMax)
{
    /// <inheritdoc/>
    protected override double DrawUnclipped(RandomStream random) => Mean + (Deviation * Draws.Normal(random));
}

/// <summary>Always the same length.</summary>
public sealed record ConstantLength(int Tokens) : LengthLaw(Tokens, Tokens)
{
    /// <inheritdoc/>
    protected override double DrawUnclipped(RandomStream random) => Tokens;
}
