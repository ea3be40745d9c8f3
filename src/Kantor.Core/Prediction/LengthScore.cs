namespace Kantor.Core.Prediction;

/// <summary>
/// How good beliefs about lengths were, against the truth: how often the upper belief held, how far the mean was off, and how often the
/// mean put two requests in the right order, which is all that an order by length asks of it.
/// </summary>
/// <remarks>
/// A decision is a pair of requests with different lengths; it is good when the beliefs order them as the lengths do, and half good when
/// the beliefs are equal, as a coin would be.
/// </remarks>
public sealed class LengthScore
{
    private readonly List<(int Believed, int True)> _pairs = [];
    private int _covered;
    private double _errorTokens;
    private double _trueTokens;

    /// <summary>Beliefs that were compared.</summary>
    public int Count => _pairs.Count;

    /// <summary>Share of lengths that did not exceed the upper belief; null before the first.</summary>
    public double? Coverage => Count == 0 ? null : (double)_covered / Count;

    /// <summary>Sum of the beliefs' deviations as a share of the sum of lengths; null before the first.</summary>
    public double? ErrorShare => Count == 0 ? null : _errorTokens / _trueTokens;

    /// <summary>A belief and how long the answer became.</summary>
    public void Add(in LengthBelief belief, int trueTokens)
    {
        _pairs.Add((belief.MeanTokens, trueTokens));
        if (trueTokens <= belief.UpperTokens) _covered++;
        _errorTokens += Math.Abs(belief.MeanTokens - trueTokens);
        _trueTokens += trueTokens;
    }

    /// <summary>
    /// Share of good decisions, 0.5 when the beliefs say nothing; null when all lengths are equal. Takes n² for n beliefs.
    /// </summary>
    public double? GoodDecisions()
    {
        var (good, all) = (0.0, 0L);
        for (var first = 0; first < _pairs.Count; first++)
        {
            for (var second = first + 1; second < _pairs.Count; second++)
            {
                var order = Math.Sign(_pairs[first].True.CompareTo(_pairs[second].True));
                if (order == 0) continue;
                var believed = Math.Sign(_pairs[first].Believed.CompareTo(_pairs[second].Believed));
                good += believed == order ? 1 : believed == 0 ? 0.5 : 0;
                all++;
            }
        }

        return all == 0 ? null : good / all;
    }
}
