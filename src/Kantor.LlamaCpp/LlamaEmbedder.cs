using System.Numerics.Tensors;
using Kantor.Engine.Backends;
using Kantor.LlamaCpp.Native;

namespace Kantor.LlamaCpp;

/// <summary>
/// Pooled embeddings from a second context on the same model, so that the serving KV pool is not touched. The context is created for the
/// first text and again when a longer one comes, in powers of two up to the limit: pooling needs a whole text in one kernel pass.
/// </summary>
internal sealed unsafe class LlamaEmbedder(LlamaModelHandle model, LlamaOptions options) : IDisposable
{
    private const int TokensMin = 256;
    private LlamaContextHandle? _context;
    private NativeBatch? _batch;
    private int _tokensMax;

    /// <summary>Embedding of <paramref name="tokens"/>, length 1, into <paramref name="embedding"/>.</summary>
    public ExecuteStatus Embed(ReadOnlySpan<int> tokens, Span<float> embedding)
    {
        if (tokens.Length == 0 || tokens.Length > options.EmbeddingTokensMax) return ExecuteStatus.InvalidBatch;
        if (tokens.Length > _tokensMax && !TryGrow(tokens.Length)) return ExecuteStatus.Fatal;
        LlamaNative.MemoryClear(LlamaNative.ContextMemory(_context!), 0);
        ExecuteStatus status = LlamaBackend.ToStatus(LlamaNative.Decode(_context!, _batch!.Fill(tokens)));
        if (status != ExecuteStatus.Ok) return status;
        float* pooled = LlamaNative.EmbeddingOfSequence(_context!, 0);
        if (pooled is null) return ExecuteStatus.Fatal;
        Normalise(new(pooled, embedding.Length), embedding);
        return ExecuteStatus.Ok;
    }

    /// <summary>Frees the context.</summary>
    public void Dispose()
    {
        _context?.Dispose();
        _batch?.Dispose();
    }

    private bool TryGrow(int tokens)
    {
        Dispose();
        _tokensMax = 0;
        int size = Math.Max(TokensMin, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)tokens));
        _context = Create(size, NativeConstants.PoolingUnspecified);
        if (_context is not null && LlamaNative.ContextPooling(_context) == NativeConstants.PoolingNone)
        {
            _context.Dispose();
            _context = Create(size, NativeConstants.PoolingMean);
        }

        if (_context is null) return false;
        _batch = new(size);
        _tokensMax = size;
        return true;
    }

    private LlamaContextHandle? Create(int tokens, int pooling)
    {
        LlamaContextParams parameters = ModelLoader.ContextDefaults(model, options);
        parameters.ContextTokens = (uint)tokens;
        parameters.BatchTokens = (uint)tokens;
        parameters.MicroBatchTokens = (uint)tokens;
        parameters.SequencesMax = 1;
        parameters.Embeddings = 1;
        parameters.PoolingType = pooling;
        return LlamaContextHandle.TryCreate(model, parameters);
    }

    private static void Normalise(ReadOnlySpan<float> source, Span<float> target)
    {
        float norm = TensorPrimitives.Norm(source);
        if (norm == 0) target.Clear();
        else TensorPrimitives.Divide(source, norm, target);
    }
}
