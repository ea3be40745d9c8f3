using Kantor.Engine.Backends;
using Kantor.LlamaCpp.Library;
using Kantor.LlamaCpp.Native;
using Kantor.LlamaCpp.Tokenization;
using Microsoft.Extensions.Logging;

namespace Kantor.LlamaCpp;

/// <summary>
/// A GGUF model on llama.cpp kernels: one unified KV pool of single-token cells, one <c>llama_decode</c> per step.
/// </summary>
/// <remarks>
/// The KV pool is always unified: then copying cells between sequences only marks them as shared, ranges may be partial, and sequence ids
/// cost no memory. Models that keep a recurrent state are refused, because their states can neither be shared nor cut.
/// </remarks>
public sealed unsafe class LlamaBackend : IModelBackend
{
    private readonly LlamaModelHandle _model;
    private readonly LlamaContextHandle _context;
    private readonly LlamaAdapterHandle[] _adapters;
    private readonly LlamaEmbedder _embedder;
    private readonly NativeBatch _batch;
    private readonly ThreadGuard _guard = new();
    private readonly nint _memory;

    // Of the last step, one after the other in the order of the rows that asked for them; null when it left none.
    private float* _logits;

    private LlamaBackend(LlamaModelHandle model, LlamaContextHandle context, LlamaAdapterHandle[] adapters, LlamaOptions options)
    {
        _model = model;
        _context = context;
        _adapters = adapters;
        _memory = LlamaNative.ContextMemory(context);
        _batch = new(options.BatchTokensMax);
        _embedder = new(model, options);
        LlamaTokenizer tokenizer = new(model);
        Tokenizer = tokenizer;
        Info = new(
            options.ModelName ?? ModelLoader.NameOf(model, options.ModelPath),
            tokenizer.VocabularySize,
            LlamaNative.ModelContextTokens(model),
            (int)LlamaNative.ContextTokens(context) - ModelLoader.CopyTokens(options),
            options.SequencesMax,
            options.BatchTokensMax,
            LlamaNative.ModelEmbeddingSize(model),
            options.CopiesKv && CanCopy(model) ? ModelLoader.KvTokenBytes(model, options) : null);
    }

    /// <inheritdoc/>
    public BackendInfo Info { get; }

    /// <inheritdoc/>
    public ITokenizer Tokenizer { get; }

    /// <summary>Checks and loads a model file and allocates its KV pool.</summary>
    /// <param name="options">What to load.</param>
    /// <param name="logger">Receives the native library's log lines.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="LlamaLibraryException">The native library is missing, of another release, or sees no GPU for the
    /// layers.</exception>
    /// <exception cref="Gguf.GgufFormatException">The file is damaged; names section and byte offset.</exception>
    /// <exception cref="LlamaModelException">The library cannot load the model or has no memory for it.</exception>
    public static LlamaBackend Create(LlamaOptions options, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        LlamaLibrary library = LlamaLibrary.Load(logger);
        options.Validate(library.SequencesMax);
        if (library.Gpus.Refusal(options.GpuLayers, nameof(options.GpuLayers)) is string reason) throw new LlamaLibraryException(reason);
        LlamaModelHandle model = ModelLoader.Load(options);
        LlamaContextHandle? context = null;
        try
        {
            context = ModelLoader.CreateContext(model, options);
            return new(model, context, ModelLoader.AddAdapters(model, context, options), options);
        }
        catch
        {
            context?.Dispose();
            model.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Ends the step under way, or the next one if none is, with <see cref="ExecuteStatus.Aborted"/>. Any thread; processor back end only.
    /// </summary>
    public void RequestAbort() => _context.SetAbort(true);

    /// <inheritdoc/>
    /// <remarks>After <see cref="ExecuteStatus.Aborted"/> and <see cref="ExecuteStatus.Fatal"/> the rows' cells have been taken back, so
    /// every sequence ends where it did before the step.</remarks>
    public ExecuteStatus Execute(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _guard.Enter();
        _logits = null;
        if (!IsWithinLimits(batch)) return ExecuteStatus.InvalidBatch;
        if (batch.Count == 0) return ExecuteStatus.Ok;
        if (batch.Count > Info.KvTokensTotal) return ExecuteStatus.NoKvSlot;
        ExecuteStatus status = ToStatus(LlamaNative.Decode(_context, _batch.Fill(batch)));
        if (status == ExecuteStatus.Ok) _logits = LlamaNative.Logits(_context);
        if (status is ExecuteStatus.Aborted or ExecuteStatus.Fatal) TakeBackRows();
        if (status == ExecuteStatus.Aborted) _context.SetAbort(false);
        return status;
    }

    /// <inheritdoc/>
    public Span<float> Logits(int batchRow)
    {
        ObjectDisposedException.ThrowIf(_context.IsClosed, this);
        if (_logits is null) throw new InvalidOperationException("The last step left no logits.");
        if (_batch.OutputOf(batchRow) is not { } output)
        {
            throw new ArgumentOutOfRangeException(nameof(batchRow), batchRow, "The row is not one whose logits the last step asked for.");
        }

        return new(_logits + ((nint)output * Info.VocabularySize), Info.VocabularySize);
    }

    /// <inheritdoc/>
    public void CopyCells(int source, int target, int from, int to)
    {
        _guard.Enter();
        RequireSequence(source, nameof(source));
        RequireSequence(target, nameof(target));
        RequireRange(from, to);
        if (from < to && source != target) LlamaNative.MemoryCopy(Memory, source, target, from, to);
    }

    /// <inheritdoc/>
    public void RemoveCells(int sequence, int from, int to)
    {
        _guard.Enter();
        RequireSequence(sequence, nameof(sequence));
        RequireRange(from, to);
        if (from == to) return;
        if (LlamaNative.MemoryRemove(Memory, sequence, from, to) != 0) return;
        throw new InvalidOperationException($"The library refused to remove positions [{from}, {to}) of sequence {sequence}.");
    }

    /// <inheritdoc/>
    public KvCopy? Export(int sequence, int from, int to)
    {
        _guard.Enter();
        RequireCopies();
        RequireSequence(sequence, nameof(sequence));
        RequireRange(from, to);
        LlamaNative.MemoryCopy(Memory, sequence, CopySequence, from, to);
        nuint bytes = LlamaNative.StateSize(_context, CopySequence);
        NativeKvCopy? copy = bytes == 0 ? null : new(bytes);
        bool isWhole = copy is not null && LlamaNative.StateRead(_context, copy.Start, bytes, CopySequence) == bytes;
        _ = LlamaNative.MemoryRemove(Memory, CopySequence, 0, int.MaxValue);
        if (isWhole) return copy;
        copy?.Dispose();
        return null;
    }

    /// <inheritdoc/>
    /// <remarks>The whole copy lands in cells beside the pool first.</remarks>
    public bool TryImport(KvCopy copy, int sequence, int from, int to)
    {
        _guard.Enter();
        RequireCopies();
        RequireSequence(sequence, nameof(sequence));
        RequireRange(from, to);
        var state = (NativeKvCopy)copy;
        bool isThere = LlamaNative.StateWrite(_context, state.Start, state.Length, CopySequence) == state.Length;
        if (isThere) LlamaNative.MemoryCopy(Memory, CopySequence, sequence, from, to);
        _ = LlamaNative.MemoryRemove(Memory, CopySequence, 0, int.MaxValue);
        return isThere;
    }

    /// <inheritdoc/>
    /// <remarks>A text longer than <see cref="LlamaOptions.EmbeddingTokensMax"/>, or empty, is
    /// <see cref="ExecuteStatus.InvalidBatch"/>.</remarks>
    public ExecuteStatus Embed(ReadOnlySpan<int> tokens, Span<float> embedding)
    {
        _guard.Enter();
        if (embedding.Length != Info.EmbeddingSize)
        {
            throw new ArgumentException(
                $"The embedding holds {embedding.Length} numbers; the model gives {Info.EmbeddingSize}.", nameof(embedding));
        }

        return AreInVocabulary(tokens) ? _embedder.Embed(tokens, embedding) : ExecuteStatus.InvalidBatch;
    }

    /// <summary>Lowest and highest position that <paramref name="sequence"/> holds, or null when it is empty. Loop thread.</summary>
    public (int Min, int Max)? Positions(int sequence)
    {
        _guard.Enter();
        RequireSequence(sequence, nameof(sequence));
        int max = LlamaNative.MemoryPositionMax(Memory, sequence);
        return max < 0 ? null : (LlamaNative.MemoryPositionMin(Memory, sequence), max);
    }

    /// <summary>
    /// Moves positions [from, to) of a sequence by <paramref name="delta"/>. The move is stored in the cells: every sequence that shares
    /// them moves too, so only a sole owner may ask for it. Loop thread.
    /// </summary>
    /// <exception cref="NotSupportedException">The model's positions cannot be moved.</exception>
    public void ShiftCells(int sequence, int from, int to, int delta)
    {
        _guard.Enter();
        RequireSequence(sequence, nameof(sequence));
        RequireRange(from, to);
        ArgumentOutOfRangeException.ThrowIfNegative(from + delta, nameof(delta));
        if (LlamaNative.MemoryCanShift(Memory) == 0)
        {
            throw new NotSupportedException("The positions of this model's cells cannot be moved.");
        }

        LlamaNative.MemoryShift(Memory, sequence, from, to, delta);
    }

    /// <summary>Frees the contexts, then adapters and model. Any thread, after the loop has ended; a second call does nothing.</summary>
    public void Dispose()
    {
        _embedder.Dispose();
        _context.Dispose();
        _batch.Dispose();
        foreach (LlamaAdapterHandle adapter in _adapters) adapter.Dispose();
        _model.Dispose();
    }

    /// <summary>Status for a return value of <c>llama_decode</c>.</summary>
    internal static ExecuteStatus ToStatus(int result) => result switch
    {
        0 => ExecuteStatus.Ok,
        1 => ExecuteStatus.NoKvSlot,
        2 => ExecuteStatus.Aborted,
        -1 => ExecuteStatus.InvalidBatch,
        _ => ExecuteStatus.Fatal,
    };

    // A copy leaves out what lies outside the window of attention before its last position.
    private static bool CanCopy(LlamaModelHandle model) =>
        LlamaNative.ModelSlidingWindow(model) is 0 or >= IModelBackend.CopyTokensMax;

    private void RequireCopies()
    {
        if (Info.KvTokenBytes is null) throw new NotSupportedException($"KV is copied only with {nameof(LlamaOptions.CopiesKv)}.");
    }

    private int CopySequence => Info.SequencesMax;

    // The pool lives inside the context; a call after disposal must throw instead of following a dead pointer.
    private nint Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_context.IsClosed, this);
            return _memory;
        }
    }

    // The library aborts the whole process on these, so they are refused before it sees them.
    private bool IsWithinLimits(StepBatch batch)
    {
        if (batch.Count > Info.BatchTokensMax || !AreInVocabulary(batch.Tokens)) return false;
        foreach (int sequence in batch.Sequences)
        {
            if ((uint)sequence >= (uint)Info.SequencesMax) return false;
        }

        foreach (int position in batch.Positions)
        {
            if (position < 0) return false;
        }

        return true;
    }

    private bool AreInVocabulary(ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            if ((uint)token >= (uint)Info.VocabularySize) return false;
        }

        return true;
    }

    // The library removes the cells of the pass that failed, but keeps those of the passes before it.
    private void TakeBackRows()
    {
        int previous = -1;
        for (int i = 0; i < _batch.Rows; i++)
        {
            (int sequence, int position) = _batch.Row(i);
            if (sequence != previous) LlamaNative.MemoryRemove(Memory, sequence, position, int.MaxValue);
            previous = sequence;
        }
    }

    private void RequireSequence(int sequence, string name)
    {
        if ((uint)sequence < (uint)Info.SequencesMax) return;
        throw new ArgumentOutOfRangeException(name, sequence, $"Sequence ids are 0 to {Info.SequencesMax - 1}.");
    }

    private static void RequireRange(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
    }
}
