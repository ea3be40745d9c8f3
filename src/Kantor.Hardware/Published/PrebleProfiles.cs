using Kantor.Core.Batching;
using Kantor.Core.StepTime;

namespace Kantor.Hardware.Published;

/// <summary>Models on the machines of Preble's experiments (arXiv 2407.00023; WukLab/preble, <c>model_equations.py</c>).</summary>
public static class PrebleProfiles
{
    // The published time of Mistral-7B is the regression over this.
    private const double MistralEfficiency = 0.9;

    // KV bytes of a token of Llama-3-70B: 80 layers, 8 heads of 128, keys and values in 16 bits.
    private const double LlamaKvBytes = 80 * 2 * 8 * 128 * 2;

    /// <summary>Mistral-7B on one RTX A6000.</summary>
    public static StepTimeProfile Mistral7BA6000 { get; } = new()
    {
        Name = "mistral-7b-a6000",
        Origin = "regression published with Preble (arXiv 2407.00023) for Mistral-7B on RTX A6000; where its parabola from 192 to 384 "
            + "tokens falls, the greatest value so far holds",
        StepTime = new RegressedStepTime
        {
            TokensUs = new PiecewiseLinear(
                InUs(
                    [
                        (0, 22),
                        (191, 22),
                        (192, 27.63),
                        (205, 30.67),
                        (218, 32.84),
                        (231, 34.15),
                        (244, 34.59),
                        (280.2, 34.59),
                        (384, 45.845)
                    ]), 108.42571 / MistralEfficiency),
            KvUs = new PiecewiseLinear(InUs([(0, 0.32), (1024, 0.32), (1025, 0.34965)]), 0.186 / MistralEfficiency),
            Prompt = (1.13 / MistralEfficiency, 1.75 / MistralEfficiency, 2.19e-3 / MistralEfficiency),
            PairsMin = 1 << 20,
        },
        KvTokens = 198_516,
        Limits = new BatchLimits { StepTokensMax = 4_096, RunningMax = 256 },
    };

    /// <summary>Llama-3-70B on two H100.</summary>
    public static StepTimeProfile Llama70BH100Tp2 { get; } = Llama70B(
        "llama-3-70b-h100-tp2", "H100", 2 * 3.35e6, 18_670, 79.9, 2.685, 7.44e-4);

    /// <summary>Llama-3-70B on two A100.</summary>
    public static StepTimeProfile Llama70BA100Tp2 { get; } = Llama70B(
        "llama-3-70b-a100-tp2", "A100", 2 * 2.039e6, 28_931, 182.2, 4.004, 2.551e-3);

    /// <summary>All, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<StepTimeProfile> All { get; } = [Mistral7BA6000, Llama70BH100Tp2, Llama70BA100Tp2];

    /// <summary>
    /// The regression speaks of prompts only: decodes share its fixed and token costs, and read their KV at the devices' memory bandwidth.
    /// </summary>
    private static StepTimeProfile Llama70B(
        string name, string gpu, double bytesPerUs, double fixedUs, double tokenUs, double kvTokenUs, double pairUs)
    {
        var readUs = LlamaKvBytes / bytesPerUs;
        return new StepTimeProfile
        {
            Name = name,
            Origin = $"regression published with Preble (arXiv 2407.00023) for prompts of Llama-3-70B on two {gpu}; decodes read their "
                + "KV at the data sheet's bandwidth",
            StepTime = new RegressedStepTime
            {
                TokensUs = new PiecewiseLinear([(0, fixedUs)], tokenUs),
                KvUs = new PiecewiseLinear([(0, 0)], readUs),
                Prompt = (0, kvTokenUs - readUs, pairUs),
            },
            KvTokens = 13_200,
            Limits = new BatchLimits { StepTokensMax = 4_096, RunningMax = 256 },
        };
    }

    private static (double, double)[] InUs((double X, double Ms)[] points) =>
        [.. points.Select(point => (point.X, 1e3 * point.Ms / MistralEfficiency))];
}
