namespace Kantor.Core.Prediction;

/// <summary>Belief about one request's total output.</summary>
/// <param name="MeanTokens">Expected total output, at least one more than generated, at most the declared limit.</param>
/// <param name="UpperTokens">A value that the output exceeds seldom (the predictor says how seldom); between the mean and the declared
/// limit.</param>
public readonly record struct LengthBelief(int MeanTokens, int UpperTokens)
{
    /// <summary>
    /// The law behind the two numbers; null when they are all that is believed, and the mean is taken for certain. It is the predictor's
    /// own and changes with what that learns, so ask at once.
    /// </summary>
    public ILengthLaw? Law { get; init; }

    /// <summary>Tokens generated so far: the law is asked about outputs above them.</summary>
    public int GeneratedTokens { get; init; }

    /// <summary>Declared limit, where every output ends; with a law only.</summary>
    public int OutputTokensMax { get; init; }

    /// <summary>
    /// Probability that the output is longer than <paramref name="tokens"/>, given that it is longer than what is generated.
    /// </summary>
    public double Survival(int tokens)
    {
        if (Law is null) return tokens < MeanTokens ? 1 : 0;
        if (tokens >= OutputTokensMax) return 0;
        return tokens <= GeneratedTokens ? 1 : Law.Survival(tokens, GeneratedTokens);
    }

    /// <summary>The least output that is not exceeded with probability <paramref name="share"/>, above 0 and at most 1.</summary>
    public int Quantile(double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        return Law is null ? MeanTokens : Math.Min(OutputTokensMax, Law.Quantile(share, GeneratedTokens));
    }
}

/// <summary>A law of output lengths, before any declared limit cuts them.</summary>
public interface ILengthLaw
{
    /// <summary>
    /// Probability that an output that is longer than <paramref name="given"/> is longer than <paramref name="tokens"/> too.
    /// </summary>
    double Survival(int tokens, int given);

    /// <summary>
    /// The least length that outputs longer than <paramref name="given"/> do not exceed with probability <paramref name="share"/>.
    /// </summary>
    int Quantile(double share, int given);
}
