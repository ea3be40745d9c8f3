namespace Kantor.Engine.Backends;

/// <summary>The rows of one step, structure of arrays; reused from step to step by its owner, the engine loop.</summary>
public sealed class StepBatch
{
    private readonly int[] _tokens;
    private readonly int[] _positions;
    private readonly int[] _sequences;
    private readonly bool[] _wantsLogits;

    /// <summary>A batch of at most <paramref name="rowsMax"/> rows.</summary>
    public StepBatch(int rowsMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsMax, 1);
        _tokens = new int[rowsMax];
        _positions = new int[rowsMax];
        _sequences = new int[rowsMax];
        _wantsLogits = new bool[rowsMax];
    }

    /// <summary>Rows in use.</summary>
    public int Count { get; private set; }

    /// <summary>Most rows.</summary>
    public int RowsMax => _tokens.Length;

    /// <summary>Token id per row.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>Position in its sequence per row, from 0.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Count);

    /// <summary>Sequence id per row.</summary>
    public ReadOnlySpan<int> Sequences => _sequences.AsSpan(0, Count);

    /// <summary>Per row, whether its logits will be read.</summary>
    public ReadOnlySpan<bool> WantsLogits => _wantsLogits.AsSpan(0, Count);

    /// <summary>Empties the batch.</summary>
    public void Clear() => Count = 0;

    /// <summary>Appends a row and returns its index.</summary>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    public int Add(int token, int position, int sequence, bool wantsLogits)
    {
        if (Count == RowsMax) throw new InvalidOperationException($"The batch is full at {RowsMax} rows.");
        _tokens[Count] = token;
        _positions[Count] = position;
        _sequences[Count] = sequence;
        _wantsLogits[Count] = wantsLogits;
        return Count++;
    }
}
