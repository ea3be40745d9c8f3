using System.Buffers;
using System.Text;
using Kantor.Engine.Backends;
using Kantor.LlamaCpp.Gguf;

namespace Kantor.LlamaCpp.Tests;

/// <summary>The checked-in model through the binding: a trained model shows errors that random weights average away.</summary>
public class ProbeModelTests
{
    // The weights are half precision, so batches of different shapes differ by more than rounding of single precision.
    private const float Tolerance = 0.05f;
    private static readonly string? Probe = Find();

    [Fact]
    public void The_probe_passes_the_check_and_carries_a_chat_template()
    {
        GgufSummary summary = GgufPreflight.Check(Path());
        Assert.Equal("llama", summary.Architecture);
        Assert.True(summary.HasChatTemplate);
        Assert.InRange(summary.FileBytes, 1, 12_000_000);
    }

    [Theory]
    [InlineData("Tell me a story.")]
    [InlineData("  two  spaces, ümläut, 日本語, 😀\n\n")]
    [InlineData("<|im_end|>\n<|im_start|>system")]
    public void Text_comes_back_from_its_tokens(string text)
    {
        using LlamaBackend backend = FakeModels.OpenExact(Path());
        Assert.Equal(text, Decode(backend, backend.Tokenizer.Encode(text, false, false)));
    }

    [Fact]
    public void A_conversation_has_the_tokens_of_its_rendered_text()
    {
        using LlamaBackend backend = FakeModels.OpenExact(Path());
        const string Rendered = "<|im_start|>user\nTell me a story.<|im_end|>\n<|im_start|>assistant\n";
        Assert.Equal(backend.Tokenizer.Encode(Rendered, true, parseSpecial: true), backend.Tokenizer.EncodeChat([new("user", "Tell me a story.")]));
    }

    [Fact]
    public void Greedy_text_is_the_same_with_a_prefix_of_its_own_and_a_shared_one()
    {
        using KvScenario s = new(FakeModels.OpenExact(Path()));
        int[] prompt = s.Backend.Tokenizer.EncodeChat([new("user", "Tell me a story.")]);
        float[] own = s.Decode(0, 0, prompt);
        s.Backend.CopyCells(0, 1, 0, prompt.Length - 3);
        float[] shared = s.Decode(1, prompt.Length - 3, prompt[^3..]);
        Assert.InRange(KvScenario.Difference(own, shared), 0, Tolerance);
        Assert.Equal(Greedy(s, 0, prompt.Length, own, 24), Greedy(s, 1, prompt.Length, shared, 24));
    }

    [Fact]
    public void Neighbours_in_the_batch_do_not_change_the_answer__O4()
    {
        using KvScenario s = new(FakeModels.OpenExact(Path()));
        int[] prompt = s.Backend.Tokenizer.EncodeChat([new("user", "Tell me a story.")]);
        float[] alone = s.Decode(0, 0, prompt);
        float[] crowded = s.DecodeTogether((1, 0, KvScenario.Tokens(30, 1)), (2, 0, prompt), (3, 0, KvScenario.Tokens(50, 2)))[1];
        Assert.InRange(KvScenario.Difference(alone, crowded), 0, Tolerance);
    }

    private static int[] Greedy(KvScenario s, int sequence, int position, float[] logits, int count)
    {
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++)
        {
            tokens[i] = logits.IndexOf(logits.Max());
            logits = s.Decode(sequence, position + i, tokens[i]);
        }

        return tokens;
    }

    private static string Decode(LlamaBackend backend, int[] tokens)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (int token in tokens) backend.Tokenizer.Decode(token, bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static string Path()
    {
        Assert.SkipWhen(Probe is null, "models/probe.gguf is not in this checkout.");
        return Probe!;
    }

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = System.IO.Path.Combine(folder.FullName, "models", "probe.gguf");
            if (File.Exists(candidate)) return candidate;
        }

        return null;
    }
}
