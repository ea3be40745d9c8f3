using Kantor.Core.StepTime;
using Kantor.Engine.Clocks;

namespace Kantor.Engine.Backends.Scripted;

/// <summary>
/// A model that is not one: an honest fake of the port. It keeps KV cells as llama.cpp does, refuses what llama.cpp refuses, fails where
/// its script says, and moves a virtual clock instead of computing. What a sequence says next is a function of every cell that it sees, so
/// a cell that is missing, foreign or left over gives another text than the undisturbed run.
/// </summary>
/// <remarks>
/// Stricter than llama.cpp in one point: an empty sequence must start at position 0. Deterministic. Bound to the first thread that calls
/// it, like every back end.
/// </remarks>
public sealed class ScriptedBackend : IModelBackend
{
    private const int EmbeddingLength = 32;

    private readonly ScriptedBackendOptions _options;
    private readonly ScriptedCells _cells;
    private readonly List<float[]?> _logits = [];
    private Thread? _owner;

    /// <summary>An idle model with an empty pool.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public ScriptedBackend(ScriptedBackendOptions? options = null)
    {
        _options = options ?? new ScriptedBackendOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.KvTokensTotal, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.SequencesMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.SequencesMax, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchTokensMax, 1);
        _cells = new ScriptedCells(_options.KvTokensTotal, _options.SequencesMax);
        Tokenizer = new ScriptedTokenizer { UndecodableToken = _options.UndecodableToken };
        Info = new BackendInfo(
            _options.ModelName, Tokenizer.VocabularySize, _options.ContextTokensMax, _options.KvTokensTotal, _options.SequencesMax,
            _options.BatchTokensMax, EmbeddingLength, _options.KvTokenBytes);
    }

    /// <inheritdoc/>
    public BackendInfo Info { get; }

    /// <inheritdoc/>
    public ITokenizer Tokenizer { get; }

    /// <summary>The clock that the steps move.</summary>
    public VirtualClock Clock => _options.Clock;

    /// <summary>Calls of <see cref="Execute"/> so far, failed ones included.</summary>
    public long Calls { get; private set; }

    /// <summary>Calls of <see cref="CopyCells"/> and <see cref="RemoveCells"/> so far.</summary>
    public long MemoryCalls { get; private set; }

    /// <summary>Calls of <see cref="Export"/> so far.</summary>
    public long Exports { get; private set; }

    /// <summary>Calls of <see cref="TryImport"/> so far.</summary>
    public long Imports { get; private set; }

    /// <summary>Rows computed so far.</summary>
    public long RowsComputed { get; private set; }

    /// <summary>Cells that belong to a sequence.</summary>
    public int CellsUsed => _cells.Used;

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Tokens in the sequence's cells; for tests.</summary>
    public IReadOnlyList<int> TokensOf(int sequence) => _cells.TokensOf(sequence);

    /// <inheritdoc/>
    public ExecuteStatus Execute(StepBatch batch)
    {
        GuardThread();
        _options.OnExecute?.Invoke(Calls);
        var call = Calls++;
        _logits.Clear();
        if (!IsContiguous(batch)) return ExecuteStatus.InvalidBatch;
        if (batch.Count > _cells.Free) return ExecuteStatus.NoKvSlot;
        var fault = _options.Faults.FirstOrDefault(fault => EndsStep(fault.Kind) && (fault.Call ?? call) == call && Concerns(fault, batch));
        if (fault is not null) return Fail(fault.Kind, batch, call);
        Compute(batch, batch.Count, call);
        _options.Clock.Advance((long)_options.StepTime.StepUs(LoadOf(batch)));
        return ExecuteStatus.Ok;
    }

    /// <inheritdoc/>
    public Span<float> Logits(int batchRow) =>
        _logits[batchRow] ?? throw new InvalidOperationException($"Row {batchRow} of the batch asked for no logits.");

    /// <inheritdoc/>
    public void CopyCells(int source, int target, int from, int to)
    {
        GuardThread();
        MemoryCalls++;
        _cells.Copy(source, target, from, to);
    }

    /// <inheritdoc/>
    public void RemoveCells(int sequence, int from, int to)
    {
        GuardThread();
        MemoryCalls++;
        _cells.Remove(sequence, from, to);
    }

    /// <inheritdoc/>
    public KvCopy? Export(int sequence, int from, int to)
    {
        GuardThread();
        Exports++;
        return _options.ExportFails?.Invoke(Exports) == true ? null : new Copy(_cells.Export(sequence, from, to), Info.KvTokenBytes ?? 0);
    }

    /// <inheritdoc/>
    public bool TryImport(KvCopy copy, int sequence, int from, int to)
    {
        GuardThread();
        Imports++;
        if (_options.ImportFails?.Invoke(Imports) == true || to - from > _cells.Free) return false;
        foreach (var (position, token, state) in ((Copy)copy).Cells)
        {
            if (position >= from && position < to) _cells.Add(sequence, position, token, state);
        }

        return true;
    }

    /// <inheritdoc/>
    public ExecuteStatus Embed(ReadOnlySpan<int> tokens, Span<float> embedding)
    {
        GuardThread();
        embedding.Clear();
        foreach (var token in tokens) embedding[(int)(ScriptedCells.Mix((ulong)token) % EmbeddingLength)]++;
        var length = MathF.Sqrt(System.Numerics.Tensors.TensorPrimitives.SumOfSquares<float>(embedding));
        foreach (ref var number in embedding) number /= length;
        return ExecuteStatus.Ok;
    }

    /// <inheritdoc/>
    public void Dispose() => IsDisposed = true;

    private void GuardThread()
    {
        _owner ??= Thread.CurrentThread;
        if (_owner != Thread.CurrentThread) throw new InvalidOperationException("Only the loop thread may call the back end.");
        ObjectDisposedException.ThrowIf(IsDisposed, this);
    }

    private static bool EndsStep(ScriptedFaultKind kind) =>
        kind is not (ScriptedFaultKind.NanLogits or ScriptedFaultKind.InfiniteLogits or ScriptedFaultKind.AllMasked);

    private bool Concerns(ScriptedFault fault, StepBatch batch)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            if (fault.Token is not { } token || batch.Tokens[row] == token || _cells.Holds(batch.Sequences[row], token)) return true;
        }

        return false;
    }

    private ExecuteStatus Fail(ScriptedFaultKind kind, StepBatch batch, long call)
    {
        if (kind is ScriptedFaultKind.Aborted or ScriptedFaultKind.Throws) Compute(batch, batch.Count / 2, call);
        _logits.Clear();
        return kind switch
        {
            ScriptedFaultKind.NoKvSlot => ExecuteStatus.NoKvSlot,
            ScriptedFaultKind.Aborted => ExecuteStatus.Aborted,
            ScriptedFaultKind.InvalidBatch => ExecuteStatus.InvalidBatch,
            ScriptedFaultKind.Fatal => ExecuteStatus.Fatal,
            _ => throw new InvalidOperationException("Scripted to throw."),
        };
    }

    /// <summary>llama.cpp's rule: per sequence, rows continue at its length and ascend by one.</summary>
    private bool IsContiguous(StepBatch batch)
    {
        Span<int> expected = stackalloc int[Info.SequencesMax];
        for (var sequence = 0; sequence < expected.Length; sequence++) expected[sequence] = _cells.LengthOf(sequence);
        for (var row = 0; row < batch.Count; row++)
        {
            if ((uint)batch.Tokens[row] >= (uint)Info.VocabularySize || (uint)batch.Sequences[row] >= (uint)expected.Length) return false;
            if (batch.Positions[row] != expected[batch.Sequences[row]]++) return false;
        }

        return batch.Count > 0;
    }

    private void Compute(StepBatch batch, int rows, long call)
    {
        for (var row = 0; row < rows; row++)
        {
            var (token, position, sequence) = (batch.Tokens[row], batch.Positions[row], batch.Sequences[row]);
            var state = _cells.StateFor(sequence, position, token);
            _cells.Add(sequence, position, token, state);
            _logits.Add(batch.WantsLogits[row] ? LogitsOf(sequence, token, state, call) : null);
        }

        RowsComputed += rows;
    }

    /// <summary>
    /// The runs of rows of one sequence; a single row that wants logits after others of its sequence is taken for a decode.
    /// </summary>
    private static StepLoad LoadOf(StepBatch batch)
    {
        var load = default(StepLoad);
        for (var first = 0; first < batch.Count;)
        {
            var end = first + 1;
            while (end < batch.Count && batch.Sequences[end] == batch.Sequences[first]) end++;
            var isDecode = end == first + 1 && batch.WantsLogits[first] && batch.Positions[first] > 0;
            load = load.With(end - first, batch.Positions[first], isDecode);
            first = end;
        }

        return load;
    }

    private float[] LogitsOf(int sequence, int token, ulong state, long call)
    {
        var logits = new float[Info.VocabularySize];
        for (var id = 0; id < logits.Length; id++) logits[id] = (ScriptedCells.Mix(state ^ ((ulong)id << 40)) >> 40) * (4f / (1 << 24));
        var next = _options.NextToken is { } language ? language(_cells.TokensOf(sequence)) : null;
        logits[next ?? ScriptedLanguage.NextToken(state, token, _options.EndsOneIn)] += 12;
        foreach (var fault in _options.Faults)
        {
            if (EndsStep(fault.Kind) || (fault.Call ?? call) != call || (fault.Token is { } marked && !_cells.Holds(sequence, marked)))
            {
                continue;
            }

            if (fault.Kind == ScriptedFaultKind.AllMasked) Array.Fill(logits, float.NegativeInfinity);
            else logits[^1] = fault.Kind == ScriptedFaultKind.NanLogits ? float.NaN : float.PositiveInfinity;
        }

        return logits;
    }

    private sealed class Copy((int Position, int Token, ulong State)[] cells, long tokenBytes) : KvCopy
    {
        private bool _isDisposed;

        public override long Bytes => cells.Length * tokenBytes;

        public IEnumerable<(int Position, int Token, ulong State)> Cells
        {
            get
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                return cells;
            }
        }

        protected override void Dispose(bool disposing) => _isDisposed = true;
    }
}
