namespace Kantor.LlamaCpp.Gguf;

/// <summary>What a checked GGUF file says about itself.</summary>
/// <param name="Version">Format version, 2 or 3.</param>
/// <param name="Architecture">Model family, such as llama.</param>
/// <param name="Name">The model's own name; null when the file gives none.</param>
/// <param name="TensorCount">Tensors in the file.</param>
/// <param name="VocabularySize">Tokens of its vocabulary; 0 when it carries none.</param>
/// <param name="SplitCount">Files that the model is cut into; 1 for a whole one.</param>
/// <param name="HasChatTemplate">Whether it carries a chat template.</param>
/// <param name="DataOffset">Byte at which tensor data begin.</param>
/// <param name="FileBytes">Size of the file.</param>
public sealed record GgufSummary(
    int Version,
    string Architecture,
    string? Name,
    int TensorCount,
    int VocabularySize,
    int SplitCount,
    bool HasChatTemplate,
    long DataOffset,
    long FileBytes)
{
    /// <summary>Bytes of all tensors, those of the model's other files included.</summary>
    public required long TensorBytes { get; init; }

    /// <summary>What the model's memory depends on; null when the file does not tell.</summary>
    public required GgufShape? Shape { get; init; }
}

/// <summary>The shape of a transformer, as far as memory depends on it.</summary>
/// <param name="Layers">Layers.</param>
/// <param name="Width">Numbers of a token between two layers.</param>
/// <param name="FeedForward">Numbers of a token within the feed-forward part; 0 when the file does not tell.</param>
/// <param name="Heads">Heads that ask.</param>
/// <param name="KvNumbers">Numbers of keys and of values that a token leaves in one layer; null when layers differ in that.</param>
public sealed record GgufShape(int Layers, int Width, int FeedForward, int Heads, (long Keys, long Values)? KvNumbers);
