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
    long FileBytes);
