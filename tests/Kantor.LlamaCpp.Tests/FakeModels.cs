using Kantor.LlamaCpp.Fake;

namespace Kantor.LlamaCpp.Tests;

/// <summary>Small random-weight models, written once per test run into a folder of its own.</summary>
public static class FakeModels
{
    /// <summary>Single-precision weights: results of different batch shapes differ by rounding only.</summary>
    public static readonly FakeModelSpec Exact = new() { Type = FakeWeightType.F32, Layers = 3, Vocabulary = 1024, ContextTokens = 4096 };

    private static readonly string Folder = Directory.CreateTempSubdirectory("kantor-llama-tests-").FullName;
    private static readonly Lazy<string> Gpt2File = new(() => Write(Exact, "gpt2.gguf"));
    private static readonly Lazy<string> SentencePieceFile =
        new(() => Write(Exact with { Tokenizer = FakeTokenizer.SentencePiece }, "spm.gguf"));

    static FakeModels() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Folder, recursive: true);

    public static string Gpt2 => Gpt2File.Value;

    public static string SentencePiece => SentencePieceFile.Value;

    /// <summary>A path in the run's folder; the file need not exist.</summary>
    public static string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>F32 cache and no fused attention: the setting in which equal computations give equal logits.</summary>
    public static LlamaBackend OpenExact(
        string? path = null, int kvTokens = 512, int sequences = 64, int batch = 256, int microBatch = 256, int threads = 1,
        bool copies = false) =>
        LlamaBackend.Create(new()
        {
            ModelPath = path ?? Gpt2,
            KvTokensTotal = kvTokens,
            SequencesMax = sequences,
            BatchTokensMax = batch,
            MicroBatchTokens = microBatch,
            Threads = threads,
            CopiesKv = copies,
            FlashAttention = FlashAttention.Off,
            KeyType = KvType.F32,
            ValueType = KvType.F32,
        });

    private static string Write(FakeModelSpec spec, string name)
    {
        string path = PathOf(name);
        FakeModelWriter.Write(spec, path);
        return path;
    }
}
