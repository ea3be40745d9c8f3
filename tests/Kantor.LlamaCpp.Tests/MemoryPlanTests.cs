using Kantor.LlamaCpp.Fake;
using Kantor.LlamaCpp.Gguf;

namespace Kantor.LlamaCpp.Tests;

public class MemoryPlanTests
{
    private const long MiB = 1 << 20;
    private static readonly LlamaOptions Options = new() { ModelPath = FakeModels.Gpt2, KvTokensTotal = 4096 };

    [Fact]
    public void Weights_are_the_tensors_and_KV_is_what_the_back_end_counts()
    {
        MemoryPlan plan = MemoryPlan.Of(GgufPreflight.Check(FakeModels.Gpt2), Options, hasGpu: false)!;
        using LlamaBackend backend = LlamaBackend.Create(Options with { SequencesMax = 4, CopiesKv = true, Threads = 1 });
        Assert.Equal(backend.Info.KvTokenBytes * 4096, plan.KvBytes);
        GgufSummary file = GgufPreflight.Check(FakeModels.Gpt2);
        Assert.InRange(plan.WeightBytes, file.FileBytes - file.DataOffset - 32, file.FileBytes - file.DataOffset);
        Assert.Equal((0, FakeModels.Exact.Layers), (plan.GpuLayers, plan.Layers));
    }

    [Theory]
    [InlineData(KvType.F32, KvType.F32, 2.0)]
    [InlineData(KvType.Q8, KvType.Q8, 0.53125)]
    [InlineData(KvType.F16, KvType.F16, 1.0)]
    public void KV_follows_its_number_type(KvType keys, KvType values, double ofHalf)
    {
        GgufSummary file = GgufPreflight.Check(FakeModels.Gpt2);
        long half = MemoryPlan.Of(file, Options, hasGpu: false)!.KvBytes;
        Assert.Equal(half * ofHalf, MemoryPlan.Of(file, Options with { KeyType = keys, ValueType = values }, hasGpu: false)!.KvBytes, 1.0);
    }

    [Fact]
    public void What_is_on_the_GPU_is_not_in_host_memory()
    {
        var whole = new MemoryPlan(Layers: 9, GpuLayers: 10, WeightBytes: 100 * MiB, KvBytes: 50 * MiB, ComputeBytes: 7 * MiB);
        Assert.Equal((157 * MiB, 0), (whole.GpuBytes, whole.HostBytes));
        MemoryPlan half = whole with { GpuLayers = 5 };
        Assert.Equal((82 * MiB, 82 * MiB), (half.GpuBytes, half.HostBytes));
        MemoryPlan none = whole with { GpuLayers = 0 };
        Assert.Equal((0, 157 * MiB), (none.GpuBytes, none.HostBytes));
    }

    [Fact]
    public void A_refusal_has_the_numbers_and_how_many_layers_would_fit()
    {
        var plan = new MemoryPlan(Layers: 9, GpuLayers: 10, WeightBytes: 1000 * MiB, KvBytes: 500 * MiB, ComputeBytes: 7 * MiB);
        Assert.Null(plan.Refusal(0, 1507 * MiB));
        string refusal = plan.Refusal(long.MaxValue, 1000 * MiB)!;
        Assert.StartsWith("it needs 1,507 MiB of the GPU and 1,000 MiB are free: weights take 1,000 MiB in all, KV 500 MiB, a pass about 7 MiB.", refusal, StringComparison.Ordinal);
        Assert.Contains("6 of 10 layers on the GPU would fit.", refusal, StringComparison.Ordinal);
        Assert.StartsWith("it needs 1,507 MiB of host memory", (plan with { GpuLayers = 0 }).Refusal(900 * MiB, 0)!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_does_not_fit_is_refused_before_it_is_loaded__G14()
    {
        var refused = Assert.Throws<LlamaModelException>(() => LlamaBackend.Create(Options with { MemoryBytesMax = MiB }));
        Assert.Contains("is not loaded: it needs ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("fewer KV tokens", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>A window, or a number of heads for each layer, leaves KV out of the plan: it would be too much.</summary>
    [Fact]
    public void Layers_that_differ_are_not_counted()
    {
        var shape = new GgufShape(4, 64, 128, 4, null);
        GgufSummary file = GgufPreflight.Check(FakeModels.Gpt2) with { Shape = shape };
        Assert.Equal(0, MemoryPlan.Of(file, Options, hasGpu: false)!.KvBytes);
        Assert.Null(MemoryPlan.Of(file with { Shape = null }, Options, hasGpu: false));
    }

    [Fact]
    public void Free_memory_is_some_of_what_there_is() =>
        Assert.InRange(FreeMemory.HostBytes(), 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
}
