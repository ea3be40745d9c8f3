using Kantor.LlamaCpp.Gguf;

namespace Kantor.LlamaCpp.Fake;

/// <summary>
/// Shape and number type of a random-weight Llama-architecture model. The option names in errors are those of the command line.
/// </summary>
public sealed record FakeModelSpec
{
    /// <summary>
    /// Smallest vocabulary: 256 bytes, the space mark of <see cref="FakeTokenizer.SentencePiece"/> and the control tokens.
    /// </summary>
    public const int VocabularyMin = 256 + 1 + FakeVocabulary.ControlTokens;

    /// <summary>Transformer layers.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Embedding length.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Query heads; divides <see cref="Width"/> into even head sizes.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Key and value heads; divides <see cref="Heads"/>.</summary>
    public int KvHeads { get; init; } = 2;

    /// <summary>Inner length of the feed-forward network.</summary>
    public int FeedForward { get; init; } = 128;

    /// <summary>Tokens of the vocabulary.</summary>
    public int Vocabulary { get; init; } = 512;

    /// <summary>Context length that the file declares, in tokens.</summary>
    public int ContextTokens { get; init; } = 32768;

    /// <summary>Storage of the matrices; norms are always f32.</summary>
    public FakeWeightType Type { get; init; } = FakeWeightType.Q8;

    /// <summary>Tokenizer family.</summary>
    public FakeTokenizer Tokenizer { get; init; } = FakeTokenizer.Gpt2;

    /// <summary>Same seed and shape, same bytes.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Name that the file gives its model.</summary>
    public string Name { get; init; } = "kantor-fake";

    /// <summary>Numbers of the model: embedding (shared with the output), attention, feed-forward and norms.</summary>
    public long Parameters
    {
        get
        {
            long kvWidth = (long)Width / Heads * KvHeads;
            long layer = (2L * Width * Width) + (2 * Width * kvWidth) + (3L * Width * FeedForward) + (2L * Width);
            return ((long)Vocabulary * Width) + (Layers * layer) + Width;
        }
    }

    internal GgufTensorType TensorType => Type switch
    {
        FakeWeightType.F32 => GgufTensorType.F32,
        FakeWeightType.F16 => GgufTensorType.F16,
        FakeWeightType.Q4 => GgufTensorType.Q4_0,
        _ => GgufTensorType.Q8_0,
    };

    /// <summary>Every rule that the shape breaks, one sentence each, naming the option; empty when it can be written.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        RequireRange(problems, "--layers", Layers, 1, 512);
        RequireRange(problems, "--width", Width, 2, 65536);
        RequireRange(problems, "--heads", Heads, 1, 1024);
        RequireRange(problems, "--kv-heads", KvHeads, 1, 1024);
        RequireRange(problems, "--ffn", FeedForward, 1, 1 << 20);
        RequireRange(problems, "--vocab", Vocabulary, VocabularyMin, FakeVocabulary.SizeMax);
        RequireRange(problems, "--context", ContextTokens, 1, 1 << 27);
        if (problems.Count > 0) return problems;
        Require(problems, Width % Heads == 0, $"--heads {Heads} must divide --width {Width}.");
        Require(problems, Heads % KvHeads == 0, $"--kv-heads {KvHeads} must divide --heads {Heads}.");
        Require(
            problems,
            Width % Heads != 0 || Width / Heads % 2 == 0,
            $"--width / --heads must be even for rotary positions; it is {Width / Heads}.");
        int block = TensorType.BlockElements;
        Require(problems, Width % block == 0, $"--width {Width} must be a multiple of {block} for --type {TensorType.Name}.");
        Require(problems, FeedForward % block == 0, $"--ffn {FeedForward} must be a multiple of {block} for --type {TensorType.Name}.");
        return problems;
    }

    private static void RequireRange(List<string> problems, string option, int value, int min, int max) =>
        Require(problems, value >= min && value <= max, $"{option} must be from {min} to {max}; it is {value}.");

    private static void Require(List<string> problems, bool holds, string problem)
    {
        if (!holds) problems.Add(problem);
    }
}

/// <summary>Storage of a fake model's matrices.</summary>
public enum FakeWeightType
{
    /// <summary>Eight bits with a scale per 32 (q8_0).</summary>
    Q8,

    /// <summary>Four bits with a scale per 32 (q4_0).</summary>
    Q4,

    /// <summary>Half precision.</summary>
    F16,

    /// <summary>Single precision, for exact comparisons.</summary>
    F32,
}

/// <summary>Tokenizer family of a fake model.</summary>
public enum FakeTokenizer
{
    /// <summary>Byte-level pair merging, as GPT-2.</summary>
    Gpt2,

    /// <summary>Scored pieces with byte fallback and a space in front of the text, as SentencePiece.</summary>
    SentencePiece,
}
