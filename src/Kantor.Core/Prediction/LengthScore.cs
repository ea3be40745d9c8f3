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

    /// <summary>Share of good decisions, 0.5 when the beliefs say nothing; null when all lengths are equal. O(n log n).</summary>
    public double? GoodDecisions()
    {
        var byLength = _pairs.OrderBy(pair => pair.True).ToArray();
        var places = _pairs.Select(pair => pair.Believed).Distinct().Order().Index().ToDictionary(each => each.Item, each => each.Index);
        var shorter = new Counts(places.Count);
        var (good, all) = (0.0, 0L);
        for (var from = 0; from < byLength.Length;)
        {
            var to = from;
            while (to < byLength.Length && byLength[to].True == byLength[from].True) to++;
            var alike = byLength.AsSpan(from, to - from);
            foreach (var (believed, _) in alike) good += shorter.BelowOrHalfAt(places[believed]);
            foreach (var (believed, _) in alike) shorter.Add(places[believed]);
            all += (long)from * alike.Length;
            from = to;
        }

        return all == 0 ? null : good / all;
    }

    /// <summary>How many were added below a place, by a binary indexed tree (Fenwick, 1994).</summary>
    private sealed class Counts(int places)
    {
        private readonly int[] _sums = new int[places + 1];

        public void Add(int place)
        {
            for (var at = place + 1; at < _sums.Length; at += at & -at) _sums[at]++;
        }

        /// <summary>Those below, and half of those at the place.</summary>
        public double BelowOrHalfAt(int place) => (Below(place) + Below(place + 1)) / 2.0;

        private long Below(int place)
        {
            var sum = 0L;
            for (var at = place; at > 0; at -= at & -at) sum += _sums[at];
            return sum;
        }
    }
}
