using System.Runtime.CompilerServices;
using Kantor.LlamaCpp.Library;
using Kantor.LlamaCpp.Native;

namespace Kantor.LlamaCpp.Tests.Native;

[Collection(nameof(ProcessWide))]
public class HandleTests
{
    private static readonly LlamaOptions Options = new()
    {
        ModelPath = FakeModels.Gpt2,
        KvTokensTotal = 256,
        SequencesMax = 4,
        BatchTokensMax = 16,
        MicroBatchTokens = 16,
        Threads = 1,
    };

    public HandleTests() => LlamaLibrary.Load();

    [Fact]
    public void The_model_outlives_its_disposal_until_the_context_goes()
    {
        LlamaModelHandle model = ModelLoader.Load(Options);
        LlamaContextHandle context = ModelLoader.CreateContext(model, Options);
        model.Dispose();
        Assert.Equal(256u, LlamaNative.ContextTokens(context));
        using var batch = new NativeBatch(1);
        Assert.Equal(0, LlamaNative.Decode(context, batch.Fill([5])));
        context.Dispose();
        Assert.True(context.IsClosed);
        Assert.Throws<ObjectDisposedException>(() => { LlamaNative.ModelContextTokens(model); });
    }

    [Fact]
    public void A_backend_disposed_twice_refuses_calls_and_does_not_crash__G15()
    {
        LlamaBackend backend = LlamaBackend.Create(Options);
        backend.Dispose();
        backend.Dispose();
        var batch = new Kantor.Engine.Backends.StepBatch(1);
        batch.Add(5, 0, 0, true);
        Assert.Throws<ObjectDisposedException>(() => { backend.Execute(batch); });
        Assert.Throws<ObjectDisposedException>(() => backend.RemoveCells(0, 0, 1));
        Assert.Throws<ObjectDisposedException>(() => backend.CopyCells(0, 1, 0, 1));
        Assert.Throws<ObjectDisposedException>(() => { backend.Embed([5], new float[backend.Info.EmbeddingSize]); });
        Assert.Throws<ObjectDisposedException>(backend.RequestAbort);
    }

    [Fact]
    public void Forgotten_backends_are_released_by_the_finaliser__G15()
    {
        WeakReference[] forgotten = [.. Enumerable.Range(0, 10).Select(_ => Forget())];
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.All(forgotten, w => Assert.False(w.IsAlive));
    }

    [Fact]
    public void A_hundred_contexts_come_and_go_on_one_model__G15()
    {
        using LlamaModelHandle model = ModelLoader.Load(Options);
        long before = ResidentBytes();
        for (int i = 0; i < 100; i++) ModelLoader.CreateContext(model, Options).Dispose();
        // One context of this size takes about a megabyte.
        Assert.InRange(ResidentBytes() - before, long.MinValue, 40L << 20);
    }

    [Fact]
    public void A_context_that_the_library_refuses_is_an_error_with_its_reason_and_the_model_stays_usable__G14()
    {
        using LlamaModelHandle model = ModelLoader.Load(Options);
        // Heads of 16 numbers cannot be stored in blocks of 32.
        var e = Assert.Throws<LlamaModelException>(() => { ModelLoader.CreateContext(model, Options with { KeyType = KvType.Q8 }).Dispose(); });
        Assert.Contains("KV pool of 256 tokens", e.Message, StringComparison.Ordinal);
        Assert.Contains("block size 32", e.Message, StringComparison.Ordinal);
        using LlamaContextHandle context = ModelLoader.CreateContext(model, Options);
        Assert.False(context.IsInvalid);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forget() => new(LlamaBackend.Create(Options));

    private static long ResidentBytes()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
