namespace Kantor.Engine.Backends;

/// <summary>
/// The port to the transformer kernels: one KV pool of single-token cells, one batched decode per step.
/// </summary>
/// <remarks>
/// Ownership: every member except <see cref="Info"/>, <see cref="Tokenizer"/> and <see cref="Logits"/> is called from the engine's loop
/// thread only; an implementation throws <see cref="InvalidOperationException"/> when another thread calls. The engine disposes it after
/// the loop ended. Positions of a sequence are contiguous from 0; a sequence that owns no cell is empty and may be reused.
/// </remarks>
public interface IModelBackend : IDisposable
{
    /// <summary>Sizes and names of the loaded model; constant, any thread.</summary>
    BackendInfo Info { get; }

    /// <summary>Text to tokens and back; safe from any thread, concurrently with <see cref="Execute"/>.</summary>
    ITokenizer Tokenizer { get; }

    /// <summary>
    /// Computes all rows of <paramref name="batch"/> in one step. The rows of one sequence are contiguous, ascending in position and start
    /// at that sequence's current length. Anything but <see cref="ExecuteStatus.Ok"/> leaves no usable logits.
    /// </summary>
    ExecuteStatus Execute(StepBatch batch);

    /// <summary>
    /// Logits, one per vocabulary entry, of the row with index <paramref name="batchRow"/> of the last executed batch, which must have
    /// asked for them. The span is valid, and may be overwritten by the caller, until the next <see cref="Execute"/>. Several threads may
    /// ask for different rows while the loop thread waits for them.
    /// </summary>
    Span<float> Logits(int batchRow);

    /// <summary>
    /// Makes the cells of <paramref name="source"/> at positions [from, to) also belong to <paramref name="target"/>; costs no cells.
    /// </summary>
    void CopyCells(int source, int target, int from, int to);

    /// <summary>Takes positions [from, to) away from <paramref name="sequence"/>; a cell that no sequence holds any more is free.</summary>
    void RemoveCells(int sequence, int from, int to);

    /// <summary>
    /// Copies the KV of positions [from, to) of <paramref name="sequence"/>, at most <see cref="CopyTokensMax"/> of them, out of the pool;
    /// null when it cannot be had. The sequence keeps it. Only where <see cref="BackendInfo.KvTokenBytes"/> is known.
    /// </summary>
    KvCopy? Export(int sequence, int from, int to);

    /// <summary>
    /// Positions [from, to) of a copy that was exported from positions which include them become the sequence's, which does not have them
    /// yet. They take as many cells; false, with nothing changed, when that failed.
    /// </summary>
    bool TryImport(KvCopy copy, int sequence, int from, int to);

    /// <summary>Most positions of one <see cref="KvCopy"/>.</summary>
    const int CopyTokensMax = 256;

    /// <summary>
    /// Pooled embedding of one text, normalised to length 1; <see cref="BackendInfo.EmbeddingSize"/> numbers. Does not touch the sequences
    /// of the KV pool.
    /// </summary>
    ExecuteStatus Embed(ReadOnlySpan<int> tokens, Span<float> embedding);
}

/// <summary>
/// How a native step ended. Everything but <see cref="Ok"/> and <see cref="NoKvSlot"/> is an error of ours or of the library.
/// </summary>
public enum ExecuteStatus
{
    /// <summary>All rows were computed.</summary>
    Ok,

    /// <summary>The pool has no room for the batch; nothing was changed.</summary>
    NoKvSlot,

    /// <summary>The abort callback ended the step; its cells must be considered lost.</summary>
    Aborted,

    /// <summary>The library refused the batch as malformed; nothing was changed.</summary>
    InvalidBatch,

    /// <summary>The library failed; the context can no longer be trusted.</summary>
    Fatal,
}

/// <summary>What a loaded model is and how much it can hold.</summary>
/// <param name="ModelName">Name shown to clients.</param>
/// <param name="VocabularySize">Number of tokens.</param>
/// <param name="ContextTokensMax">Longest sequence that the model was made for, in tokens.</param>
/// <param name="KvTokensTotal">Cells of the KV pool, in tokens, shared by all sequences.</param>
/// <param name="SequencesMax">Number of sequence ids; valid ids are 0 to this minus one.</param>
/// <param name="BatchTokensMax">Most rows of one <see cref="IModelBackend.Execute"/>.</param>
/// <param name="EmbeddingSize">Length of an embedding.</param>
/// <param name="KvTokenBytes">Bytes that the KV of a token takes at most; null for a back end whose KV cannot be copied.</param>
public sealed record BackendInfo(
    string ModelName,
    int VocabularySize,
    int ContextTokensMax,
    int KvTokensTotal,
    int SequencesMax,
    int BatchTokensMax,
    int EmbeddingSize,
    long? KvTokenBytes = null)
{
    /// <summary>
    /// Most tokens of prompt and answer together, which is what is announced and served: the context, as far as the pool has room for it.
    /// The last token of an answer is never in KV.
    /// </summary>
    public int SequenceTokensMax => (int)Math.Min(ContextTokensMax, KvTokensTotal + 1L);
}
