using Kantor.Core.StepTime;
using Kantor.Hardware.Composition;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Tests.Composition;

public class DeploymentNameTests
{
    [Theory]
    [InlineData("llama-3.1-8b@h100", "h100", 1, NumberFormat.Bf16, NumberFormat.Bf16)]
    [InlineData("llama-3.1-70b@h200x4:fp8", "h200", 4, NumberFormat.Fp8, NumberFormat.Bf16)]
    [InlineData("Llama-3.1-70B@b200x2:nvfp4/fp8", "b200", 2, NumberFormat.Nvfp4, NumberFormat.Fp8)]
    [InlineData("qwen3-32b@rtx-pro-6000x2", "rtx-pro-6000", 2, NumberFormat.Bf16, NumberFormat.Bf16)]
    public void A_name_says_model_device_split_and_formats(string name, string gpu, int devices, NumberFormat weights, NumberFormat kv)
    {
        var deployment = DeploymentName.Parse(name);
        Assert.Equal((gpu, devices, weights, kv), (deployment.Gpu.Name, deployment.TensorParallel, deployment.WeightFormat, deployment.KvFormat));
    }

    [Theory]
    [InlineData("llama-3.1-8b", "MODEL@GPU")]
    [InlineData("@h100", "MODEL@GPU")]
    [InlineData("gpt-5@h100", "gpt-5")]
    [InlineData("llama-3.1-8b@h100x0", "h100x0")]
    [InlineData("llama-3.1-8b@h100:fp3", "fp3")]
    [InlineData("llama-3.1-8b@h100:fp8/nvfp4", "KvFormat")]
    [InlineData("llama-3.1-8b@h100x5", "5 does not divide")]
    public void A_wrong_name_is_refused_with_its_wrong_part(string name, string named) =>
        Assert.Contains(named, Assert.Throws<FormatException>(() => DeploymentName.Parse(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_profile_holds_step_times_and_the_kv_that_fits()
    {
        var profile = DeploymentName.Profile("llama-3.1-8b@h100");
        Assert.Equal(KvCapacity.Tokens(DeploymentName.Parse("llama-3.1-8b@h100")), profile.KvTokens);
        Assert.Equal((8192, 256), (profile.Limits.StepTokensMax, profile.Limits.RunningMax));
        Assert.InRange(profile.StepTime.StepUs(new StepLoad(0, 1, 1000, 0)), 5_000, 10_000);
        Assert.Contains("GiB", Assert.Throws<FormatException>(() => DeploymentName.Profile("llama-3.1-70b@h100")).Message, StringComparison.Ordinal);
        Assert.Contains("fp8", Assert.Throws<FormatException>(() => DeploymentName.Profile("llama-3.1-8b@a100:fp8")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Small_devices_get_small_steps() => Assert.Equal(2048, DeploymentName.Profile("llama-3.1-8b@rtx-4090").Limits.StepTokensMax);
}
