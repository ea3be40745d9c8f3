using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Kantor.Engine.Backends;
using Kantor.LlamaCpp.Fake;
using Kantor.LlamaCpp.Gguf;

namespace Kantor.LlamaCpp.Tests.Fake;

public class FakeModelWriterTests
{
    private static readonly FakeModelSpec Small = new() { Layers = 2, Width = 64, Heads = 4, KvHeads = 2, FeedForward = 96, Vocabulary = 300 };

    [Theory]
    [InlineData(FakeWeightType.F32)]
    [InlineData(FakeWeightType.F16)]
    [InlineData(FakeWeightType.Q8)]
    [InlineData(FakeWeightType.Q4)]
    public void Every_number_type_loads_and_gives_finite_logits_that_differ_by_token(FakeWeightType type)
    {
        string path = FakeModels.PathOf($"type-{type}.gguf");
        FakeModelWriter.Write(Small with { Type = type }, path);
        using KvScenario s = new(FakeModels.OpenExact(path));
        float[] a = s.Decode(0, 0, 5, 6, 7), b = s.Decode(1, 0, 5, 6, 8);
        Assert.All(a, l => Assert.True(float.IsFinite(l)));
        Assert.InRange(Deviation(a), 0.5, 8);
        KvScenario.AssertDifferent(a, b);
    }

    [Theory]
    [InlineData(1, 32, 1, 1, 32)]
    [InlineData(12, 96, 6, 1, 64)]
    [InlineData(40, 32, 2, 2, 32)]
    public void Any_shape_gives_logits_of_the_same_size(int layers, int width, int heads, int kvHeads, int ffn)
    {
        string path = FakeModels.PathOf($"shape-{layers}.gguf");
        FakeModelWriter.Write(
            Small with { Layers = layers, Width = width, Heads = heads, KvHeads = kvHeads, FeedForward = ffn, Type = FakeWeightType.F16 }, path);
        using KvScenario s = new(FakeModels.OpenExact(path));
        Assert.InRange(Deviation(s.Decode(0, 0, [.. Enumerable.Range(3, 100)])), 0.5, 8);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        Assert.Equal(Hash(Small), Hash(Small with { }));
        Assert.NotEqual(Hash(Small), Hash(Small with { Seed = 2 }));
    }

    [Theory]
    [InlineData(FakeTokenizer.Gpt2, 260)]
    [InlineData(FakeTokenizer.Gpt2, 50_257)]
    [InlineData(FakeTokenizer.SentencePiece, 260)]
    [InlineData(FakeTokenizer.SentencePiece, 32_000)]
    public void A_vocabulary_of_any_size_spells_any_text(FakeTokenizer tokenizer, int size)
    {
        string path = FakeModels.PathOf($"vocabulary-{tokenizer}-{size}.gguf");
        FakeModelWriter.Write(Small with { Width = 32, Layers = 1, Tokenizer = tokenizer, Vocabulary = size }, path);
        using LlamaBackend backend = FakeModels.OpenExact(path);
        Assert.Equal(size, backend.Tokenizer.VocabularySize);
        const string Text = "Tests tell the truth: naïve 日本 😀\n";
        var bytes = new ArrayBufferWriter<byte>();
        foreach (int token in backend.Tokenizer.Encode(Text, false, false)) backend.Tokenizer.Decode(token, bytes);
        Assert.Equal(Text, Encoding.UTF8.GetString(bytes.WrittenSpan).TrimStart(' '));
        Assert.NotEmpty(backend.Tokenizer.EncodeChat([new("user", Text)]));
    }

    [Fact]
    public void The_largest_vocabulary_holds_no_token_twice()
    {
        string path = FakeModels.PathOf("largest.gguf");
        FakeModelWriter.Write(Small with { Width = 32, Layers = 1, Vocabulary = 400_000, Type = FakeWeightType.Q4 }, path);
        Assert.Equal(400_000, GgufPreflight.Check(path).VocabularySize);
    }

    [Fact]
    public void A_large_model_is_written_without_holding_it_in_memory()
    {
        FakeModelSpec half = new() { Layers = 24, Width = 896, Heads = 14, KvHeads = 2, FeedForward = 4864, Vocabulary = 50_257 };
        Assert.InRange(half.Parameters, 390_000_000, 410_000_000);
        FakeModelSpec quarter = half with { Layers = 4 };
        using var counter = new CountingStream();
        long before = GC.GetAllocatedBytesForCurrentThread();
        FakeModelWriter.Write(quarter, counter);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(counter.Length > 100_000_000);
        Assert.InRange(allocated, 0, counter.Length / 2);
    }

    [Fact]
    public void Progress_rises_to_one()
    {
        var fractions = new List<double>();
        FakeModelWriter.Write(Small, Stream.Null, new Recorder(fractions));
        Assert.Equal(fractions.Order(), fractions);
        Assert.Equal(1, fractions[^1]);
    }

    [Fact]
    public void A_cancelled_write_leaves_no_file()
    {
        string path = FakeModels.PathOf("cancelled.gguf");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => FakeModelWriter.Write(Small, path, cancellationToken: cancelled.Token));
        Assert.False(File.Exists(path));
        Assert.False(File.Exists(path + ".part"));
    }

    [Fact]
    public void Every_broken_rule_names_its_option()
    {
        (FakeModelSpec Spec, string Expected)[] cases =
        [
            (Small with { Layers = 0 }, "--layers must be from 1 to 512"),
            (Small with { Heads = 5 }, "--heads 5 must divide --width 64"),
            (Small with { KvHeads = 3 }, "--kv-heads 3 must divide --heads 4"),
            (Small with { Width = 60, Heads = 20, KvHeads = 1, Type = FakeWeightType.F16 }, "must be even"),
            (Small with { Width = 80, Heads = 4 }, "--width 80 must be a multiple of 32 for --type q8_0"),
            (Small with { FeedForward = 100, Type = FakeWeightType.Q4 }, "--ffn 100 must be a multiple of 32 for --type q4_0"),
            (Small with { Vocabulary = 259 }, "--vocab must be from 260"),
            (Small with { Vocabulary = int.MaxValue }, "--vocab must be from 260 to 400000"),
            (Small with { ContextTokens = 0 }, "--context"),
        ];
        foreach ((FakeModelSpec spec, string expected) in cases)
        {
            ArgumentException e = Assert.Throws<ArgumentException>(() => FakeModelWriter.Write(spec, Stream.Null));
            Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        }

        Assert.Empty((Small with { Width = 60, Heads = 3, KvHeads = 3, FeedForward = 100, Type = FakeWeightType.F16 }).Problems());
    }

    [Fact]
    public void The_byte_alphabet_has_256_different_visible_characters()
    {
        char[] characters = [.. Enumerable.Range(0, 256).Select(b => FakeVocabulary.CharacterOfByte((byte)b))];
        Assert.Equal(256, characters.Distinct().Count());
        Assert.Equal('Ġ', characters[' ']);
        Assert.Equal('Ċ', characters['\n']);
        Assert.Equal('a', characters['a']);
    }

    private static double Deviation(float[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }

    private static string Hash(FakeModelSpec spec)
    {
        using var stream = new MemoryStream();
        FakeModelWriter.Write(spec, stream);
        return Convert.ToHexString(SHA256.HashData(stream.ToArray()));
    }

    private sealed class Recorder(List<double> fractions) : IProgress<double>
    {
        public void Report(double value) => fractions.Add(value);
    }

    private sealed class CountingStream : MemoryStream
    {
        private long _length;

        public override long Length => _length;

        public override void Write(byte[] buffer, int offset, int count) => _length += count;

        public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;
    }
}
