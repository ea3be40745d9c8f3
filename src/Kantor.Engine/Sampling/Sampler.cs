using Kantor.Core.Randomness;
using Kantor.Core.Requests;

namespace Kantor.Engine.Sampling;

/// <summary>
/// Chooses the next token from logits. The order of operations is fixed: bias, penalties, temperature, top-k, top-p, min-p, draw; each
/// cut-off works on the distribution that the ones before it left, renormalised.
/// </summary>
/// <remarks>
/// Owner: one thread; scratch memory is reused, so steady state allocates nothing. A logit of −∞, and a bias of −100, mask a token: its
/// probability is exactly 0. NaN and +∞ are faults. A temperature below 0.0001 is taken for 0. Given the logits, the result depends on the
/// specification, the history and the random stream only.
/// </remarks>
public sealed class Sampler(int vocabularySize)
{
    /// <summary>A bias at or below this bans the token, as in OpenAI's API.</summary>
    public const double BanBias = -100;

    // Below it, 1 / temperature times a difference of logits leaves the range of single precision: the distribution is its own mode.
    private const double TemperatureMin = 1e-4;

    // Nearly every nucleus is among so many most likely tokens, which are cheaper to find and to sort than all.
    private static readonly int[] NucleusGuesses = [64, 1024];

    // Sums of weights depend on their order by less than this.
    private const double SumMargin = 1 + 1e-5;

    private readonly ulong[] _keys = new ulong[vocabularySize];
    private readonly float[] _weights = new float[vocabularySize];
    private readonly LogitBlocks _blocks = new(vocabularySize);
    private readonly BlockSums _sums = new(vocabularySize);
    private bool _isWhole;

    /// <summary>Tokens left after the cut-offs; the element i of <see cref="Probability"/> belongs to <see cref="Candidate"/> i.</summary>
    public int CandidateCount { get; private set; }

    private Span<ulong> Keys => _keys.AsSpan(0, CandidateCount);

    private Span<float> Weights => _weights.AsSpan(0, CandidateCount);

    /// <summary>Token of candidate <paramref name="index"/> after <see cref="Filter"/>.</summary>
    public int Candidate(int index) => _isWhole ? index : SortKey.TokenOf(_keys[index]);

    /// <summary>Probability of candidate <paramref name="index"/> after <see cref="Filter"/>.</summary>
    public double Probability(int index) => _weights[index] / _sums.Total;

    /// <summary>Whether penalties of this specification look at the history.</summary>
    public static bool NeedsHistory(SamplingSpec spec) =>
        spec.PresencePenalty != 0 || spec.FrequencyPenalty != 0 || spec.RepetitionPenalty != 1;

    /// <summary>The next token, or why there is none. Overwrites <paramref name="logits"/>.</summary>
    public SampleFault Sample(Span<float> logits, SamplingSpec spec, TokenHistory? history, RandomStream random, out int token)
    {
        token = 0;
        var fault = Adjust(logits, spec, history);
        if (fault != SampleFault.None) return fault;
        if (IsGreedy(spec)) token = _blocks.FirstMost(logits);
        else
        {
            CutOff(logits, spec);
            token = Draw(random);
        }

        return SampleFault.None;
    }

    /// <summary>Computes the distribution that a draw is made from. Overwrites <paramref name="logits"/>.</summary>
    public SampleFault Filter(Span<float> logits, SamplingSpec spec, TokenHistory? history)
    {
        var fault = Adjust(logits, spec, history);
        if (fault != SampleFault.None) return fault;
        if (IsGreedy(spec)) KeepOnly(_blocks.FirstMost(logits));
        else CutOff(logits, spec);
        return SampleFault.None;
    }

    /// <summary>Draws from the filtered distribution.</summary>
    public int Draw(RandomStream random) => Candidate(_sums.Find(Weights, random.NextDouble()));

    private static bool IsGreedy(SamplingSpec spec) => spec.Temperature < TemperatureMin || spec.TopK == 1;

    /// <summary>Bias, then penalties; afterwards the blocks hold what there is to choose from.</summary>
    private SampleFault Adjust(Span<float> logits, SamplingSpec spec, TokenHistory? history)
    {
        if (!_blocks.TryRead(logits) || float.IsPositiveInfinity(_blocks.Most)) return SampleFault.NotANumber;
        if (spec.LogitBias.Count > 0 || history is not null)
        {
            AddBias(logits, spec);
            if (history is not null) Penalise(logits, spec, history);
            _blocks.TryRead(logits);
        }

        return float.IsNegativeInfinity(_blocks.Most) ? SampleFault.NothingAllowed : SampleFault.None;
    }

    private static void AddBias(Span<float> logits, SamplingSpec spec)
    {
        foreach (var (token, bias) in spec.LogitBias)
        {
            logits[token] = bias <= BanBias ? float.NegativeInfinity : logits[token] + (float)bias;
        }
    }

    /// <summary>
    /// Repetition penalty θ: logit/θ where positive, logit·θ where negative, for tokens of prompt or answer (arXiv 1909.05858, section 4.1;
    /// the sign rule is that of the common implementations). Then − presence − frequency · count for generated tokens (OpenAI).
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
        _isWhole = false;
        CandidateCount = 1;
        _keys[0] = SortKey.Of(_blocks.Most, token);
        WeighKeys(1);
    }

    private void CutOff(ReadOnlySpan<float> logits, SamplingSpec spec)
    {
        // A temperature divides all differences alike, so min-p is a bound on the logit itself.
        var least = spec.MinP > 0 ? _blocks.Most + (spec.Temperature * Math.Log(spec.MinP)) : double.NegativeInfinity;
        _isWhole = spec is { TopK: null, TopP: 1, MinP: 0 };
        if (spec.TopK is { } count) KeepTopK(logits, count, spec);
        else if (spec.TopP < 1) KeepTopP(logits, spec);
        else if (_isWhole) WeighAll(logits, spec.Temperature);
        else CollectAbove(logits, least);
        if (spec.MinP > 0) DropBelow(least);
        if (!_isWhole) WeighKeys(spec.Temperature);
    }

    private void KeepTopK(ReadOnlySpan<float> logits, int count, SamplingSpec spec)
    {
        CollectAbove(logits, _blocks.ReachedBy(count));
        CandidateCount = Selection.KeepSmallest(Keys, count);
        if (spec.TopP == 1) return;
        WeighKeys(spec.Temperature);
        KeepNucleus(spec.TopP * _sums.Total, spec.Temperature);
    }

    private void KeepTopP(ReadOnlySpan<float> logits, SamplingSpec spec)
    {
        WeighAll(logits, spec.Temperature);
        var wanted = spec.TopP * _sums.Total;
        foreach (var count in NucleusGuesses)
        {
            if (count > logits.Length / 4) break;
            CollectAbove(logits, _blocks.ReachedBy(count));
            WeighKeys(spec.Temperature);
            if (_sums.Total <= wanted * SumMargin) continue;
            KeepNucleus(wanted, spec.Temperature);
            return;
        }

        CollectAbove(logits, double.NegativeInfinity);
        KeepNucleus(wanted, spec.Temperature);
    }

    /// <summary>
    /// The smallest set of most likely tokens whose weights sum to at least <paramref name="wanted"/> (arXiv 1904.09751).
    /// </summary>
    private void KeepNucleus(double wanted, double temperature)
    {
        Keys.Sort();
        WeighKeys(temperature);
        double sum = _weights[0];
        var kept = 1;
        while (kept < CandidateCount && sum < wanted) sum += _weights[kept++];
        CandidateCount = kept;
    }

    private void CollectAbove(ReadOnlySpan<float> logits, double least)
    {
        CandidateCount = 0;
        for (var block = 0; block < _blocks.Count; block++)
        {
            if (_blocks.MostOf(block) < least) continue;
            var end = Math.Min((block + 1) * LogitBlocks.Size, logits.Length);
            for (var token = block * LogitBlocks.Size; token < end; token++)
            {
                if (logits[token] >= least && !float.IsNegativeInfinity(logits[token]))
                {
                    _keys[CandidateCount++] = SortKey.Of(logits[token], token);
                }
            }
        }
    }

    private void DropBelow(double least)
    {
        var kept = 0;
        foreach (var key in Keys)
        {
            if (SortKey.LogitOf(key) >= least) _keys[kept++] = key;
        }

        CandidateCount = kept;
    }

    private void WeighAll(ReadOnlySpan<float> logits, double temperature)
    {
        CandidateCount = logits.Length;
        Weigh(logits, temperature);
    }

    private void WeighKeys(double temperature)
    {
        for (var index = 0; index < CandidateCount; index++) _weights[index] = SortKey.LogitOf(_keys[index]);
        Weigh(Weights, temperature);
    }

    private void Weigh(ReadOnlySpan<float> logits, double temperature)
    {
        Exponentials.Write(logits, _blocks.Most, (float)(1 / temperature), Weights);
        _sums.Read(Weights);
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
