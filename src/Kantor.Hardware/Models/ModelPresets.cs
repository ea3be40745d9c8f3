namespace Kantor.Hardware.Models;

/// <summary>Shapes of published models, from their configuration files.</summary>
public static class ModelPresets
{
    private static readonly LatentAttentionShape DeepSeekLatent = new(1536, 512, 128, 64, 128);

    /// <summary>All presets, by name.</summary>
    public static IReadOnlyList<ModelShape> All { get; } =
    [
        Dense("llama-2-7b", 32, 4096, 32, 32, 11008, 32000),
        Dense("llama-2-70b", 80, 8192, 64, 8, 28672, 32000),
        Dense("codellama-34b", 48, 8192, 64, 8, 22016, 32000),
        Dense("llama-3-70b", 80, 8192, 64, 8, 28672, 128256),
        Dense("llama-3.1-8b", 32, 4096, 32, 8, 14336, 128256),
        Dense("llama-3.1-70b", 80, 8192, 64, 8, 28672, 128256),
        Dense("mistral-7b", 32, 4096, 32, 8, 14336, 32000),
        Dense("yi-34b", 60, 7168, 56, 8, 20480, 64000),
        Dense("qwen3-8b", 36, 4096, 32, 8, 12288, 151936) with { NormsHeads = true },
        Dense("qwen3-14b", 40, 5120, 40, 8, 17408, 151936) with { NormsHeads = true },
        Dense("qwen3-32b", 64, 5120, 64, 8, 25600, 151936) with { NormsHeads = true },
        Opt("opt-13b", 40, 5120, 40),
        Opt("opt-66b", 64, 9216, 72),
        Experts("mixtral-8x7b", 32, 4096, 32, 8, experts: 8, perToken: 2, expertFfn: 14336, 32000),
        Experts("qwen3-30b-a3b", 48, 2048, 32, 4, experts: 128, perToken: 8, expertFfn: 768, 151936) with { NormsHeads = true },
        Experts("qwen3-235b-a22b", 94, 4096, 64, 4, experts: 128, perToken: 8, expertFfn: 1536, 151936) with { NormsHeads = true },
        Experts("minimax-m2.5", 62, 3072, 48, 8, experts: 256, perToken: 8, expertFfn: 1536, 200064) with { NormsHeads = true },
        Experts("gpt-oss-120b", 36, 2880, 64, 8, experts: 128, perToken: 4, expertFfn: 2880, 201088) with
        {
            HeadSize = 64, SlidingWindow = 128, SlidingLayers = 18,
        },
        DeepSeek("deepseek-r1", heads: 128, denseLayers: 3, experts: 256, 129280),
        DeepSeek("deepseek-v3", heads: 128, denseLayers: 3, experts: 256, 129280),
        DeepSeek("kimi-k2.5", heads: 64, denseLayers: 1, experts: 384, 163840),
    ];

    /// <summary>The preset of a name, in any case.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists the names.</exception>
    public static ModelShape Find(string name)
    {
        foreach (var shape in All)
        {
            if (string.Equals(shape.Name, name, StringComparison.OrdinalIgnoreCase)) return shape;
        }

        throw new ArgumentException($"No model is called '{name}'. Known: {string.Join(", ", All.Select(shape => shape.Name))}.");
    }

    /// <summary>The preset that a published checkpoint is of, such as <c>meta-llama/Llama-3.1-8B-Instruct</c>; null when none is.</summary>
    public static ModelShape? TryMatch(string checkpoint)
    {
        var name = checkpoint[(checkpoint.LastIndexOf('/') + 1)..];
        return All.Where(shape => name.StartsWith(shape.Name, StringComparison.OrdinalIgnoreCase)).MaxBy(shape => shape.Name.Length);
    }

    private static ModelShape Dense(string name, int layers, int hidden, int heads, int kvHeads, int ffn, int vocabulary) => new()
    {
        Name = name,
        Layers = layers,
        HiddenSize = hidden,
        Heads = heads,
        KvHeads = kvHeads,
        HeadSize = 128,
        FfnSize = ffn,
        VocabularySize = vocabulary,
    };

    private static ModelShape Opt(string name, int layers, int hidden, int heads) =>
        Dense(name, layers, hidden, heads, heads, 4 * hidden, 50272) with { GatedFfn = false, TiedEmbeddings = true };

    private static ModelShape Experts(
        string name, int layers, int hidden, int heads, int kvHeads, int experts, int perToken, int expertFfn, int vocabulary) =>
        Dense(
            name,
            layers,
            hidden,
            heads,
            kvHeads,
            0,
            vocabulary) with
        { Experts = experts, ExpertsPerToken = perToken, ExpertFfnSize = expertFfn };

    private static ModelShape DeepSeek(string name, int heads, int denseLayers, int experts, int vocabulary) =>
        Experts(name, 61, 7168, heads, heads, experts, perToken: 8, expertFfn: 2048, vocabulary) with
        {
            FfnSize = 18432,
            SharedFfnSize = 2048,
            DenseLayers = denseLayers,
            LatentAttention = DeepSeekLatent,
        };
}
