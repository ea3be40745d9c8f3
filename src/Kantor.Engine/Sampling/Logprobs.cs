
namespace Kantor.Engine.Sampling;

/// <summary>Log-probabilities of the raw logits: log-softmax before bias, penalties, temperature and cut-offs.</summary>
/// <remarks>Owner: one thread; scratch memory is reused.</remarks>
public sealed class Logprobs(int vocabularySize)
{
    /// <summary>Stands for anything less, −∞ included; JSON has no infinity.</summary>
    public const double Floor = -9999;

    private readonly float[] _logits = new float[vocabularySize];
    private readonly float[] _weights = new float[vocabularySize];
    private readonly LogitBlocks _blocks = new(vocabularySize);
    private readonly BlockSums _sums = new(vocabularySize);
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
        if (!_blocks.TryRead(logits) || float.IsInfinity(_blocks.Most)) return false;
        logits.CopyTo(_logits);
        Exponentials.Write(logits, _blocks.Most, 1, _weights);
        _sums.Read(_weights);
        _logOfSum = _blocks.Most + Math.Log(_sums.Total);
        FindBest(logits, alternatives);
        return true;
    }

    /// <summary>Token of alternative <paramref name="index"/>, the most likely first.</summary>
    public int Alternative(int index) => SortKey.TokenOf(_best[index]);

    /// <summary>Natural log-probability of a token in the row that was read, finite.</summary>
    public double Of(int token) => Math.Max(Floor, _logits[token] - _logOfSum);

    private void FindBest(ReadOnlySpan<float> logits, int alternatives)
    {
        var least = alternatives == 0 ? float.PositiveInfinity : _blocks.ReachedBy(alternatives);
        for (var token = 0; token < logits.Length; token++)
        {
            if (token % LogitBlocks.Size == 0)
            {
                while (token < logits.Length && _blocks.MostOf(token / LogitBlocks.Size) < least) token += LogitBlocks.Size;
                if (token >= logits.Length) return;
            }

            Insert(SortKey.Of(logits[token], token), alternatives);
        }
    }

    private void Insert(ulong key, int alternatives)
    {
        if (Count == alternatives && key > _best[Count - 1]) return;
        if (Count < alternatives) Count++;
        var place = Count - 1;
        for (; place > 0 && _best[place - 1] > key; place--) _best[place] = _best[place - 1];
        _best[place] = key;
    }
}
