using System.Numerics.Tensors;

namespace Kantor.Engine.Sampling;

/// <summary>Log-probabilities of the raw logits: log-softmax before bias, penalties, temperature and cut-offs.</summary>
/// <remarks>Owner: one thread; scratch memory is reused.</remarks>
public sealed class Logprobs(int vocabularySize)
{
    /// <summary>Stands for anything less, −∞ included; JSON has no infinity.</summary>
    public const double Floor = -9999;

    private readonly float[] _logits = new float[vocabularySize];
    private readonly float[] _weights = new float[vocabularySize];
    private readonly ulong[] _best = new ulong[20];
    private double _logOfSum;

    /// <summary>Alternatives found by the last <see cref="Read"/>.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Reads a row of logits and finds its <paramref name="alternatives"/> most likely tokens, 0 to 20, lower ids first among equals. False
    /// when the logits give no distribution.
    /// </summary>
    public bool Read(ReadOnlySpan<float> logits, int alternatives)
    {
        Count = 0;
        if (LogitScan.Max(logits) is not { } most || float.IsInfinity(most)) return false;
        logits.CopyTo(_logits);
        TensorPrimitives.Subtract(logits, most, _weights);
        TensorPrimitives.Exp(_weights, _weights);
        var sum = 0.0;
        foreach (var weight in _weights) sum += weight;
        _logOfSum = most + Math.Log(sum);
        FindBest(logits, alternatives);
        return true;
    }

    /// <summary>Token of alternative <paramref name="index"/>, the most likely first.</summary>
    public int Alternative(int index) => SortKey.TokenOf(_best[index]);

    /// <summary>Natural log-probability of a token in the row that was read, finite.</summary>
    public double Of(int token) => Math.Max(Floor, _logits[token] - _logOfSum);

    private void FindBest(ReadOnlySpan<float> logits, int alternatives)
    {
        for (var token = 0; token < logits.Length && alternatives > 0; token++)
        {
            var key = SortKey.Of(logits[token], token);
            if (Count == alternatives && key > _best[Count - 1]) continue;
            if (Count < alternatives) Count++;
            var place = Count - 1;
            for (; place > 0 && _best[place - 1] > key; place--) _best[place] = _best[place - 1];
            _best[place] = key;
        }
    }
}
