using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Tests.Models;

public class KvCapacityTests
{
    [Theory]
    [InlineData("llama-3.1-8b", 1, NumberFormat.Bf16, 131_072)]
    [InlineData("llama-3.1-8b", 8, NumberFormat.Bf16, 16_384)]
    [InlineData("llama-3.1-8b", 16, NumberFormat.Bf16, 16_384)]
    [InlineData("llama-3.1-70b", 8, NumberFormat.Fp8, 20_480)]
    [InlineData("llama-2-7b", 1, NumberFormat.Bf16, 524_288)]
    [InlineData("deepseek-r1", 8, NumberFormat.Bf16, 70_272)]
    [InlineData("gpt-oss-120b", 1, NumberFormat.Bf16, 36_864)]
    public void A_token_takes_its_keys_and_values_in_every_layer_that_keeps_them(string model, int tensorParallel, NumberFormat kv, double bytes) =>
        Assert.Equal(bytes, KvCapacity.BytesPerToken(On("h200", model, tensorParallel) with { KvFormat = kv }));

    [Fact]
    public void Tokens_fill_what_weights_activations_and_the_engine_leave()
    {
        var deployment = On("h100", "llama-3.1-8b", 1);
        var tokens = KvCapacity.Tokens(deployment);
        var taken = (tokens * KvCapacity.BytesPerToken(deployment)) + KvCapacity.WeightBytes(deployment)
            + KvCapacity.ActivationBytes(deployment) + KvCapacity.EngineBytes(deployment);
        var usable = deployment.Gpu.MemoryBytes * deployment.Engine.MemoryShare;
        Assert.InRange(usable - taken, 0, KvCapacity.BytesPerToken(deployment));
        Assert.InRange(tokens, 350_000, 480_000);
    }

    [Fact]
    public void Narrower_weights_and_more_devices_leave_room_for_more_tokens()
    {
        var wide = On("h200", "llama-3.1-70b", 2);
        var narrow = wide with { WeightFormat = NumberFormat.Fp8 };
        Assert.True(KvCapacity.Tokens(narrow) > KvCapacity.Tokens(wide));
        Assert.True(KvCapacity.Tokens(wide with { TensorParallel = 4 }) > KvCapacity.Tokens(wide));
        Assert.Equal(2.0, KvCapacity.Tokens(narrow with { KvFormat = NumberFormat.Fp8 }) / (double)KvCapacity.Tokens(narrow), 0.01);
    }

    [Fact]
    public void A_model_that_does_not_fit_is_refused_with_both_figures()
    {
        var message = Assert.Throws<ArgumentException>(() => KvCapacity.Tokens(On("h100", "llama-3.1-70b", 1))).Message;
        Assert.Contains("131.4 GiB", message, StringComparison.Ordinal);
        Assert.Contains("72.0 GiB", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Experts_are_divided_among_all_devices_and_dense_weights_within_a_group()
    {
        var one = On("h200", "mixtral-8x7b", 1);
        var two = one with { DataParallel = 2, ExpertParallel = 2 };
        var experts = one.Model.ExpertParameters * 2.0;
        Assert.Equal(experts / 2, KvCapacity.WeightBytes(one) - KvCapacity.WeightBytes(two), 1.0);
    }

    private static Deployment On(string gpu, string model, int tensorParallel) => new()
    {
        Gpu = GpuProfiles.Find(gpu),
        Model = ModelPresets.Find(model),
        Engine = EngineProfiles.Vllm,
        TensorParallel = tensorParallel,
    };
}
