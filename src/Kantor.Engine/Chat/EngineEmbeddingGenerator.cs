using Microsoft.Extensions.AI;

namespace Kantor.Engine.Chat;

/// <summary>
/// The engine as .NET's common embedding interface. The engine stays its owner's: disposing the generator leaves it running.
/// </summary>
public sealed class EngineEmbeddingGenerator(IInferenceEngine engine) : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Another number of dimensions or another model than the engine's is asked for.</exception>
    /// <exception cref="ArgumentException">A text has no tokens or too many.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } dimensions && dimensions != engine.Model.EmbeddingSize)
        {
            throw new NotSupportedException($"Embeddings have {engine.Model.EmbeddingSize} dimensions, not {dimensions}.");
        }

        if (options?.ModelId is { } model && model != engine.Model.ModelName)
        {
            throw new NotSupportedException($"The model is '{engine.Model.ModelName}', not '{model}'.");
        }

        var texts = values.Select(text => engine.Tokenizer.Encode(text, addBos: true, parseSpecial: false)).ToList();
        var vectors = await Task.WhenAll(texts.Select(tokens => engine.EmbedAsync(tokens, cancellationToken))).ConfigureAwait(false);
        var count = texts.Sum(tokens => tokens.Length);
        return new GeneratedEmbeddings<Embedding<float>>(vectors.Select(AsEmbedding))
        {
            Usage = new UsageDetails { InputTokenCount = count, TotalTokenCount = count },
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        if (serviceType == typeof(EmbeddingGeneratorMetadata))
        {
            return new EmbeddingGeneratorMetadata("kantor", null, engine.Model.ModelName, engine.Model.EmbeddingSize);
        }

        return serviceType.IsInstanceOfType(this) ? this : serviceType.IsInstanceOfType(engine) ? engine : null;
    }

    /// <summary>Does nothing; the engine is its owner's to dispose.</summary>
    public void Dispose()
    {
    }

    private Embedding<float> AsEmbedding(float[] vector) => new(vector) { ModelId = engine.Model.ModelName };
}
