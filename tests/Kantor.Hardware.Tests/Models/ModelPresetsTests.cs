using Kantor.Hardware.Models;

namespace Kantor.Hardware.Tests.Models;

public class ModelPresetsTests
{
    // Parameters that the publishers state, in billions.
    [Theory]
    [InlineData("llama-2-7b", 6.738)]
    [InlineData("llama-2-70b", 68.98)]
    [InlineData("codellama-34b", 33.74)]
    [InlineData("llama-3.1-8b", 8.030)]
    [InlineData("llama-3.1-70b", 70.55)]
    [InlineData("mistral-7b", 7.242)]
    [InlineData("yi-34b", 34.39)]
    [InlineData("qwen3-8b", 8.19)]
    [InlineData("qwen3-14b", 14.77)]
    [InlineData("qwen3-32b", 32.76)]
    [InlineData("qwen3-30b-a3b", 30.53)]
    [InlineData("qwen3-235b-a22b", 235.1)]
    [InlineData("mixtral-8x7b", 46.70)]
    [InlineData("gpt-oss-120b", 116.8)]
    [InlineData("minimax-m2.5", 228.7)]
    [InlineData("deepseek-r1", 671.0)]
    [InlineData("kimi-k2.5", 1026.0)]
    [InlineData("opt-13b", 12.85)]
    [InlineData("opt-66b", 65.7)]
    public void Parameters_add_up_to_what_is_published(string name, double billions) =>
        Assert.Equal(1, ModelPresets.Find(name).Parameters / (billions * 1e9), 0.006);

    [Fact]
    public void Every_preset_is_consistent()
    {
        foreach (var shape in ModelPresets.All) shape.Validate();
        Assert.Equal(ModelPresets.All.Count, ModelPresets.All.Select(shape => shape.Name).Distinct().Count());
    }

    [Theory]
    [InlineData("meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b")]
    [InlineData("nvidia/Llama-3.1-8B-Instruct-FP8", "llama-3.1-8b")]
    [InlineData("meta-llama/Llama-2-70b-hf", "llama-2-70b")]
    [InlineData("Qwen/Qwen3-30B-A3B-Instruct-2507", "qwen3-30b-a3b")]
    [InlineData("Qwen/Qwen3-235B-A22B-FP8", "qwen3-235b-a22b")]
    public void Checkpoints_are_recognised(string checkpoint, string name) => Assert.Equal(name, ModelPresets.TryMatch(checkpoint)?.Name);

    [Fact]
    public void What_is_unknown_is_not_guessed()
    {
        Assert.Null(ModelPresets.TryMatch("Qwen/Qwen3.5-397B-A17B"));
        Assert.Contains("llama-3.1-8b", Assert.Throws<ArgumentException>(() => ModelPresets.Find("llama")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_that_contradicts_itself_names_the_field()
    {
        var shape = ModelPresets.Find("llama-3.1-8b");
        Assert.Contains("heads", Assert.Throws<ArgumentException>((shape with { KvHeads = 5 }).Validate).Message, StringComparison.Ordinal);
        Assert.Contains("FfnSize", Assert.Throws<ArgumentException>((shape with { FfnSize = 0 }).Validate).Message, StringComparison.Ordinal);
        Assert.Contains("Layers", Assert.Throws<ArgumentException>((shape with { Layers = 0 }).Validate).Message, StringComparison.Ordinal);
    }
}
