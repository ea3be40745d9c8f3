using System.Runtime.InteropServices;
using Kantor.LlamaCpp.Gguf;
using Kantor.LlamaCpp.Native;

namespace Kantor.LlamaCpp.Tests;

public class AdapterTests
{
    private static readonly string Adapter = Write("adapter.gguf", width: 64);
    private static readonly string Mismatched = Write("adapter-of-another-model.gguf", width: 32);

    [Fact]
    public void An_adapter_changes_the_logits_and_scale_zero_does_not()
    {
        float[] without = Logits(), with = Logits(new LlamaAdapter(Adapter)), silent = Logits(new LlamaAdapter(Adapter, 0));
        KvScenario.AssertDifferent(without, with);
        KvScenario.AssertSame(without, silent);
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused_with_its_name()
    {
        var e = Assert.Throws<LlamaModelException>(() => { Logits(new LlamaAdapter(Mismatched)); });
        Assert.Contains(Mismatched, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_adapter_is_refused_with_its_name()
    {
        var e = Assert.Throws<LlamaModelException>(() => { Logits(new LlamaAdapter("none.gguf")); });
        Assert.Contains("none.gguf", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_may_be_freed_after_its_model_was_disposed()
    {
        LlamaModelHandle model = ModelLoader.Load(Options());
        LlamaAdapterHandle adapter = LlamaAdapterHandle.TryLoad(model, Adapter)!;
        model.Dispose();
        adapter.Dispose();
        adapter.Dispose();
        Assert.True(adapter.IsClosed);
    }

    private static float[] Logits(params LlamaAdapter[] adapters)
    {
        using KvScenario s = new(LlamaBackend.Create(Options(adapters)));
        return s.Decode(0, 0, KvScenario.Tokens(10, 1));
    }

    private static LlamaOptions Options(params LlamaAdapter[] adapters) => new()
    {
        ModelPath = FakeModels.Gpt2,
        KvTokensTotal = 256,
        SequencesMax = 2,
        BatchTokensMax = 32,
        MicroBatchTokens = 32,
        Threads = 1,
        FlashAttention = FlashAttention.Off,
        KeyType = KvType.F32,
        ValueType = KvType.F32,
        Adapters = adapters,
    };

    private static string Write(string name, int width)
    {
        const int Rank = 2;
        string path = FakeModels.PathOf(name);
        using FileStream file = File.Create(path);
        var writer = new GgufWriter(file);
        writer.Add("general.architecture", "llama");
        writer.Add("general.type", "adapter");
        writer.Add("adapter.type", "lora");
        writer.Add("adapter.lora.alpha", 2f);
        writer.DeclareTensor("blk.0.attn_q.weight.lora_a", GgufTensorType.F32, width, Rank);
        writer.DeclareTensor("blk.0.attn_q.weight.lora_b", GgufTensorType.F32, Rank, width);
        writer.WriteHead();
        byte[] halves = MemoryMarshal.AsBytes(Enumerable.Range(0, width * Rank).Select(i => ((i * 7) % 5 / 5f) - 0.4f).ToArray().AsSpan()).ToArray();
        writer.WriteTensor([halves]);
        writer.WriteTensor([halves]);
        return path;
    }
}
