using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Prediction;

/// <summary>
/// Believes in the survival curve of the class, given what is generated: that of Kaplan and Meier (1958) with forgetting. Answers that
/// still run, were cancelled or cut by their limit count as far as they came, where windows of finished answers leave them out or take the
/// limit for the answer's length.
/// </summary>
/// <remarks>Before enough answers the belief is a constant, and twice what is generated for whoever is longer.</remarks>
public sealed class SurvivalPredictor : ILengthPredictor
{
    private readonly SurvivalOptions _options;

    /// <summary>The predictor with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SurvivalPredictor(SurvivalOptions? options = null)
    {
        _options = options ?? new SurvivalOptions();
        _options.Validate();
    }

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "survival curve of the class, in which unfinished answers count as far as they came", "Kaplan and Meier, 1958, with forgetting")
    {
        Model = "lengths of a class are drawn alike and independently; what cuts an answer does not depend on its length",
        Guarantee = "the share of answers above any length is consistent, cut and running ones included (without forgetting)",
        Information = LengthInformation.Survival,
        Evidence = Evidence.Recalled,
        Cost = "O(log n) for lengths up to n, after O(cells) once per end of a request",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("survival", SurvivalOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public PolicyState NewState() => new SurvivalCurves(_options.HalfLife is { } ends ? Math.Pow(0.5, 1.0 / ends) : 1);

    /// <inheritdoc/>
    public LengthBelief Predict(in LengthQuery query, PolicyState state)
    {
        var curve = ((SurvivalCurves)state).Of(query.Request.Class);
        if (curve is null || curve.Count < _options.ObservationsMin) return Prior(query);
        var (given, limit) = (query.GeneratedTokens, query.OutputTokensMax);
        var mean = Math.Clamp(given + (long)Math.Ceiling(curve.Remaining(given, limit) - 1e-6), given + 1, limit);
        var upper = Math.Clamp(curve.Quantile(_options.Quantile, given), mean, limit);
        return new LengthBelief((int)mean, (int)upper) { Law = curve, GeneratedTokens = given, OutputTokensMax = limit };
    }

    private LengthBelief Prior(in LengthQuery query)
    {
        var tokens = query.GeneratedTokens < _options.PriorTokens ? _options.PriorTokens : 2L * query.GeneratedTokens;
        var believed = (int)Math.Min(query.OutputTokensMax, tokens);
        return new LengthBelief(believed, believed);
    }
}
