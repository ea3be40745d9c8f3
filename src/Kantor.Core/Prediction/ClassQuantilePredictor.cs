using Kantor.Core.Decisions;

namespace Kantor.Core.Prediction;

/// <summary>
/// Believes that a request ends like the last finished ones of its class that were at least as long as it is by now: mean and a quantile of
/// a bounded, sorted window, given that the output exceeds what is generated. Exact within the window.
/// </summary>
/// <remarks>
/// Before enough observations the belief is a constant. A request longer than everything remembered is believed to be half over
/// (Lindy's law), up to its declared limit.
/// </remarks>
public sealed class ClassQuantilePredictor : ILengthPredictor
{
    private readonly ClassQuantileOptions _options;

    /// <summary>The predictor with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public ClassQuantilePredictor(ClassQuantileOptions? options = null)
    {
        _options = options ?? new ClassQuantileOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public string Name => Catalogue.PolicySpec.Of("class-quantile", ClassQuantileOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public PolicyState NewState() => new LengthWindows(_options.WindowMax);

    /// <inheritdoc/>
    public LengthBelief Predict(in LengthQuery query, PolicyState state) =>
        Predict(query, ((LengthWindows)state).Of(query.Request.Class));

    /// <summary>The belief by one window; null when there is none.</summary>
    internal LengthBelief Predict(in LengthQuery query, LengthWindow? window)
    {
        var isKnown = window is not null && window.Count >= _options.ObservationsMin;
        if (!isKnown && query.GeneratedTokens < _options.PriorTokens) return Within(query, _options.PriorTokens, _options.PriorTokens);
        if (isKnown && window!.TryConditional(query.GeneratedTokens, _options.Quantile, out var mean, out var upper))
        {
            var belief = Within(query, mean, Math.Max(mean, upper));
            return belief with { Law = window, GeneratedTokens = query.GeneratedTokens, OutputTokensMax = query.OutputTokensMax };
        }

        var doubled = Math.Max(1, query.GeneratedTokens) * 2L;
        return Within(query, doubled, doubled);
    }

    private static LengthBelief Within(in LengthQuery query, long meanTokens, long upperTokens) =>
        new((int)Math.Min(query.OutputTokensMax, meanTokens), (int)Math.Min(query.OutputTokensMax, upperTokens));
}
