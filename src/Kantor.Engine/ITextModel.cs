using Kantor.Engine.Backends;

namespace Kantor.Engine;

/// <summary>A model that can be asked in this process. All members may be called from any thread.</summary>
public interface ITextModel
{
    /// <summary>The loaded model and the size of its KV pool.</summary>
    BackendInfo Model { get; }

    /// <summary>Text to tokens and back; thread-safe.</summary>
    ITokenizer Tokenizer { get; }

    /// <summary>
    /// Embeds one text, between two steps of the loop; a vector of length 1 with <see cref="BackendInfo.EmbeddingSize"/> numbers.
    /// </summary>
    /// <exception cref="ArgumentException">There are no tokens, too many, or one outside the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">The back end failed, or the engine is shut down.</exception>
    Task<float[]> EmbedAsync(int[] tokens, CancellationToken cancellation);
}
