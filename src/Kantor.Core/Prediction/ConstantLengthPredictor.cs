using Kantor.Core.Decisions;

namespace Kantor.Core.Prediction;

/// <summary>Believes every output to have the same length, whatever is observed.</summary>
public sealed class ConstantLengthPredictor : ILengthPredictor
{
    private readonly int _tokens;

    /// <summary>A belief of <paramref name="tokens"/> output tokens, at least 1.</summary>
    public ConstantLengthPredictor(int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        _tokens = tokens;
    }

    /// <inheritdoc/>
    public string Name =>
        Catalogue.PolicySpec.Of("constant", ConstantLengthOptions.Keys, new ConstantLengthOptions { Tokens = _tokens }).ToString();

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public LengthBelief Predict(in LengthQuery query, PolicyState state)
    {
        var believed = Math.Min(query.OutputTokensMax, Math.Max(_tokens, query.GeneratedTokens + 1));
        return new LengthBelief(believed, believed);
    }
}
