using System.Numerics.Tensors;
using Kantor.Core.Randomness;

namespace Kantor.Engine.Sampling;

/// <summary>
/// Chooses the next token from logits. The order of operations is fixed: bias, penalties, temperature, top-k, top-p, min-p, draw; each cut-off
/// works on the distribution that the ones before it left, renormalised.
/// </summary>
/// <remarks>
/// Owner: one thread; scratch memory is reused, so steady state allocates nothing. A logit of −∞, and a bias of −100, mask a token: its probability
/// is exactly 0. NaN and +∞ are faults. A temperature below 0.0001 is taken for 0. Given the logits, the result depends on the specification, the history and the random stream only.
/// </remarks>
public sealed class Sampler(int vocabularySize)
{
    /// <summary>A bias at or below this bans the token, as in OpenAI's API.</summary>
    public const double BanBias = -100;

    // Below it, 1 / temperature times a difference of logits leaves the range of single precision: the distribution is its own mode.
    private const double TemperatureMin = 1e-4;

    private readonly ulong[] _keys = new ulong[vocabularySize];
    private readonly float[] _weights = new float[vocabularySize];
    private int _count;
    private double _total;

    /// <summary>Tokens left after the cut-offs; the element i of <see cref="Probability"/> belongs to <see cref="Candidate"/> i.</summary>
    public int CandidateCount => _count;

    /// <summary>Token of candidate <paramref name="index"/> after <see cref="Filter"/>.</summary>
    public int Candidate(int index) => SortKey.TokenOf(_keys[index]);

    /// <summary>Probability of candidate <paramref name="index"/> after <see cref="Filter"/>.</summary>
    public double Probability(int index) => _weights[index] / _total;

    /// <summary>The next token, or why there is none. Overwrites <paramref name="logits"/>.</summary>
    public SampleFault Sample(Span<float> logits, SamplingSpec spec, TokenHistory? history, RandomStream random, out int token)
    {
        token = 0;
        if (IsGreedy(spec)) return TakeMostLikely(logits, spec, history, out token);
        if (Filter(logits, spec, history) is not SampleFault.None and var fault) return fault;
        token = Draw(random);
        return SampleFault.None;
    }

    /// <summary>Whether penalties of this specification look at the history.</summary>
    public static bool NeedsHistory(SamplingSpec spec) =>
        spec.PresencePenalty != 0 || spec.FrequencyPenalty != 0 || spec.RepetitionPenalty != 1;

    /// <summary>Computes the distribution that a draw is made from. Overwrites <paramref name="logits"/>.</summary>
    public SampleFault Filter(Span<float> logits, SamplingSpec spec, TokenHistory? history)
    {
        var fault = Adjust(logits, spec, history, out var most);
        if (fault != SampleFault.None) return fault;
        if (IsGreedy(spec)) KeepOnly(logits.IndexOf(most));
        else if (spec is { TopK: null, TopP: 1, MinP: 0 }) KeepAll(logits, most, spec.Temperature);
        else KeepSome(logits, most, spec);
        return SampleFault.None;
    }

    /// <summary>Draws from the filtered distribution.</summary>
    public int Draw(RandomStream random)
    {
        var target = random.NextDouble() * _total;
        var last = 0;
        for (var index = 0; index < _count; index++)
        {
            if (_weights[index] == 0) continue;
            last = index;
            target -= _weights[index];
            if (target < 0) break;
        }

        return Candidate(last);
    }

    private static bool IsGreedy(SamplingSpec spec) => spec.Temperature < TemperatureMin || spec.TopK == 1;

    private static SampleFault TakeMostLikely(Span<float> logits, SamplingSpec spec, TokenHistory? history, out int token)
    {
        var fault = Adjust(logits, spec, history, out var most);
        token = fault == SampleFault.None ? logits.IndexOf(most) : 0;
        return fault;
    }

    private static SampleFault Adjust(Span<float> logits, SamplingSpec spec, TokenHistory? history, out float most)
    {
        if (LogitScan.Max(logits) is not { } raw || float.IsPositiveInfinity(raw))
        {
            most = 0;
            return SampleFault.NotANumber;
        }

        most = raw;
        if (spec.LogitBias.Count > 0 || history is not null)
        {
            AddBias(logits, spec);
            if (history is not null) Penalise(logits, spec, history);
            most = LogitScan.Max(logits) ?? float.NegativeInfinity;
        }

        return float.IsNegativeInfinity(most) ? SampleFault.NothingAllowed : SampleFault.None;
    }

    private static void AddBias(Span<float> logits, SamplingSpec spec)
    {
        foreach (var (token, bias) in spec.LogitBias)
        {
            logits[token] = bias <= BanBias ? float.NegativeInfinity : logits[token] + (float)bias;
        }
    }

    /// <summary>
    /// Repetition penalty θ: logit/θ where positive, logit·θ where negative, for tokens of prompt or answer (arXiv 1909.05858, section 4.1; the
    /// sign rule is that of the common implementations). Then − presence − frequency · count for generated tokens (OpenAI).
    /// </summary>
    private static void Penalise(Span<float> logits, SamplingSpec spec, TokenHistory history)
    {
        foreach (var seen in history.Seen)
        {
            ref var logit = ref logits[seen.Token];
            logit = (float)(logit > 0 ? Math.Min(float.MaxValue, logit / spec.RepetitionPenalty) : logit * spec.RepetitionPenalty);
            if (seen.GeneratedCount > 0) logit -= (float)(spec.PresencePenalty + (spec.FrequencyPenalty * seen.GeneratedCount));
        }
    }

    private void KeepOnly(int token)
    {
        _count = 1;
        _keys[0] = SortKey.Of(0, token);
        _weights[0] = 1;
        _total = 1;
    }

    private void KeepAll(ReadOnlySpan<float> logits, float most, double temperature)
    {
        _count = logits.Length;
        for (var token = 0; token < logits.Length; token++) _keys[token] = SortKey.Of(0, token);
        Weigh(logits, most, temperature);
    }

    private void KeepSome(ReadOnlySpan<float> logits, float most, SamplingSpec spec)
    {
        // A temperature divides all differences alike, so min-p is a bound on the logit; cutting before sorting saves the sorting.
        var least = spec.MinP > 0 ? most + (spec.Temperature * Math.Log(spec.MinP)) : double.NegativeInfinity;
        CollectAbove(logits, spec.TopK is null && spec.TopP == 1 ? least : double.NegativeInfinity);
        if (spec.TopK < _count) _count = Selection.KeepSmallest(_keys.AsSpan(0, _count), spec.TopK.Value);
        WeighKeys(most, spec.Temperature);
        if (spec.TopP < 1) KeepNucleus(spec.TopP, most, spec.Temperature);
        if (spec.MinP > 0) CutBelow(least, most, spec.Temperature);
    }

    private void CollectAbove(ReadOnlySpan<float> logits, double least)
    {
        _count = 0;
        for (var token = 0; token < logits.Length; token++)
        {
            if (!float.IsNegativeInfinity(logits[token]) && logits[token] >= least) _keys[_count++] = SortKey.Of(logits[token], token);
        }
    }

    /// <summary>The smallest set of most likely tokens whose probabilities sum to at least <paramref name="topP"/> (arXiv 1904.09751).</summary>
    private void KeepNucleus(double topP, float most, double temperature)
    {
        // Tokens below this weight sum to less than the part that may be dropped, so none of them is in the nucleus: they need no sorting.
        DropBelow((float)((1 - topP) * _total / _count * 0.99));
        _keys.AsSpan(0, _count).Sort();
        var wanted = topP * _total;
        WeighKeys(most, temperature);
        double sum = _weights[0];
        var kept = 1;
        while (kept < _count && sum < wanted) sum += _weights[kept++];
        (_count, _total) = (kept, sum);
    }

    private void DropBelow(float weight)
    {
        var kept = 0;
        for (var index = 0; index < _count; index++)
        {
            if (_weights[index] >= weight) _keys[kept++] = _keys[index];
        }

        _count = kept;
    }

    private void CutBelow(double least, float most, double temperature)
    {
        var kept = 0;
        for (var index = 0; index < _count; index++)
        {
            if (SortKey.LogitOf(_keys[index]) >= least) _keys[kept++] = _keys[index];
        }

        _count = kept;
        WeighKeys(most, temperature);
    }

    private void WeighKeys(float most, double temperature)
    {
        for (var index = 0; index < _count; index++) _weights[index] = SortKey.LogitOf(_keys[index]);
        Weigh(_weights.AsSpan(0, _count), most, temperature);
    }

    private void Weigh(ReadOnlySpan<float> logits, float most, double temperature)
    {
        var weights = _weights.AsSpan(0, _count);
        TensorPrimitives.Subtract(logits, most, weights);
        TensorPrimitives.Multiply(weights, (float)(1 / temperature), weights);
        TensorPrimitives.Exp(weights, weights);
        _total = 0;
        foreach (var weight in weights) _total += weight;
    }
}

/// <summary>Why no token could be chosen.</summary>
public enum SampleFault
{
    /// <summary>One could.</summary>
    None,

    /// <summary>A logit is NaN or +∞.</summary>
    NotANumber,

    /// <summary>Every token is masked.</summary>
    NothingAllowed,
}
