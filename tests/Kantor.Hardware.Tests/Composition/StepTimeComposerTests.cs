using Kantor.Core.StepTime;
using Kantor.Hardware.Composition;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Tests.Composition;

public class StepTimeComposerTests
{
    public static TheoryData<string, string, int, NumberFormat> Deployments => new()
    {
        { "a100", "llama-2-7b", 1, NumberFormat.Bf16 },
        { "a100", "codellama-34b", 2, NumberFormat.Bf16 },
        { "a100", "mixtral-8x7b", 2, NumberFormat.Bf16 },
        { "h100", "llama-2-70b", 4, NumberFormat.Bf16 },
        { "h100", "qwen3-235b-a22b", 8, NumberFormat.Fp8Block },
        { "h200", "deepseek-r1", 8, NumberFormat.Fp8Block },
        { "h200", "llama-3.1-70b", 8, NumberFormat.Fp8 },
        { "b200", "llama-3.1-70b", 1, NumberFormat.Nvfp4 },
        { "b200", "deepseek-r1", 8, NumberFormat.Nvfp4 },
        { "b300", "minimax-m2.5", 2, NumberFormat.Fp8Block },
        { "l40s", "llama-3.1-8b", 1, NumberFormat.Bf16 },
        { "rtx-pro-6000", "qwen3-32b", 2, NumberFormat.Bf16 },
        { "rtx-pro-6000", "qwen3-30b-a3b", 1, NumberFormat.Bf16 },
        { "rtx-4090", "llama-3.1-8b", 1, NumberFormat.Bf16 },
    };

    [Theory]
    [MemberData(nameof(Deployments))]
    public void More_of_anything_never_takes_less_time(string gpu, string model, int tensorParallel, NumberFormat format)
    {
        var steps = StepTimeComposer.Compose(On(gpu, model, tensorParallel, format));
        var random = new Random(7);
        for (var i = 0; i < 5000; i++)
        {
            var load = new StepLoad(random.Next(4) == 0 ? 0 : random.Next(9000), random.Next(600), random.NextInt64(2_000_000), random.NextDouble() * 1e9);
            var us = steps.StepUs(load);
            Assert.True(double.IsFinite(us) && us >= 0);
            Assert.True(steps.StepUs(load with { PrefillTokens = load.PrefillTokens + random.Next(1, 900) }) >= us);
            Assert.True(steps.StepUs(load with { DecodeSequences = load.DecodeSequences + random.Next(1, 90) }) >= us);
            Assert.True(steps.StepUs(load with { ResidentKvTokens = load.ResidentKvTokens + random.Next(1, 90_000) }) >= us);
            Assert.True(steps.StepUs(load with { PrefillAttention = load.PrefillAttention + (random.NextDouble() * 1e8) }) >= us);
        }
    }

    [Theory]
    [MemberData(nameof(Deployments))]
    public void No_step_beats_the_roofline_of_its_weights_and_operations(string gpu, string model, int tensorParallel, NumberFormat format)
    {
        var deployment = On(gpu, model, tensorParallel, format);
        var steps = StepTimeComposer.Compose(deployment);
        var dense = deployment.Model.DenseParameters * format.Bytes() / tensorParallel;
        var decode = steps.StepUs(new StepLoad(0, 1, 1, 0));
        Assert.True(decode > dense / deployment.Gpu.BytesPerUs);
        Assert.True(decode < 40 * (dense / deployment.Gpu.BytesPerUs) + 60_000);
        var operations = 2.0 * 8192 * deployment.Model.DenseParameters / tensorParallel / deployment.Gpu.PeakFlopsPerUs(format);
        Assert.True(steps.StepUs(new StepLoad(8192, 0, 0, 8192.0 * 8192)) > operations);
    }

    [Fact]
    public void More_devices_and_narrower_weights_make_long_prompts_faster()
    {
        var prompt = new StepLoad(8192, 0, 0, 8192.0 * 8192);
        double Us(int tensorParallel, NumberFormat format) => StepTimeComposer.Compose(On("h200", "llama-3.1-70b", tensorParallel, format)).StepUs(prompt);
        Assert.True(Us(8, NumberFormat.Bf16) < Us(4, NumberFormat.Bf16));
        Assert.True(Us(4, NumberFormat.Bf16) < Us(2, NumberFormat.Bf16));
        Assert.True(Us(4, NumberFormat.Fp8) < Us(4, NumberFormat.Bf16));
    }

    [Fact]
    public void A_shape_of_ones_own_composes()
    {
        var shape = ModelPresets.Find("llama-3.1-8b") with { Name = "mine", Layers = 20, HiddenSize = 3200, Heads = 25, KvHeads = 5, FfnSize = 8800 };
        var steps = StepTimeComposer.Compose(On("l40s", "llama-3.1-8b", 1, NumberFormat.Bf16) with { Model = shape });
        Assert.InRange(steps.StepUs(new StepLoad(0, 1, 500, 0)), 1_000, 20_000);
    }

    [Fact]
    public void Decodes_beside_a_chunk_cost_more_where_kernels_do_not_pack_heads()
    {
        var steps = StepTimeComposer.Compose(On("rtx-pro-6000", "llama-3.1-8b", 1, NumberFormat.Bf16));
        var chunk = new StepLoad(512, 0, 0, 512.0 * 512);
        var decodes = new StepLoad(0, 64, 64 * 2048, 0);
        var both = new StepLoad(512, 64, 64 * 2048, 512.0 * 512);
        var attention = 32 * 221.2; // 64 decodes of 1,024 tokens in one layer, measured alone.
        Assert.True(steps.StepUs(both) - steps.StepUs(chunk) > attention);
        Assert.True(steps.StepUs(both) > steps.StepUs(decodes));
    }

    [Fact]
    public void What_has_no_table_is_refused_by_name()
    {
        Assert.Contains("fp8", Assert.Throws<ArgumentException>(() => StepTimeComposer.Compose(On("a100", "llama-3.1-8b", 1, NumberFormat.Fp8))).Message, StringComparison.Ordinal);
        Assert.Contains("latent", Assert.Throws<ArgumentException>(() => StepTimeComposer.Compose(On("rtx-pro-6000", "deepseek-r1", 8, NumberFormat.Bf16))).Message, StringComparison.Ordinal);
        Assert.Contains("heads", Assert.Throws<ArgumentException>(() => StepTimeComposer.Compose(On("h100", "llama-3.1-8b", 3, NumberFormat.Bf16))).Message, StringComparison.Ordinal);
    }

    private static Deployment On(string gpu, string model, int tensorParallel, NumberFormat format) => new()
    {
        Gpu = GpuProfiles.Find(gpu),
        Model = ModelPresets.Find(model),
        Engine = EngineProfiles.Vllm,
        TensorParallel = tensorParallel,
        WeightFormat = format,
    };
}
