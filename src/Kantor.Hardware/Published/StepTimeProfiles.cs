using Kantor.Core.Batching;
using Kantor.Core.StepTime;

namespace Kantor.Hardware.Published;

/// <summary>Every named profile: the only list of them.</summary>
public static class StepTimeProfiles
{
    /// <summary>Yi-34B in two-way tensor parallelism on A100: the profile that Sarathi-Serve's figures are compared on.</summary>
    public static StepTimeProfile Yi34BA100Tp2 { get; } = new()
    {
        Name = "yi-34b-a100-tp2",
        Origin = "piecewise fit to the measurements published with Sarathi-Serve (arXiv 2403.02310) for Yi-34B, TP2, A100",
        StepTime = new PiecewiseStepTime
        {
            LinearUs = new PiecewiseLinear([(0, 46_000), (256, 60_000), (512, 106_000), (1024, 200_000), (2048, 366_000)], 179),
            DecodeUs = new PiecewiseLinear(
                [(1, 46_800), (8, 60_000), (32, 87_900), (64, 127_800), (128, 189_300)], (189_300 - 127_800) / 64.0),
            HybridDecodeUs = 140,
            AttentionUs = 5.5e-3,
        },
        KvTokens = 300_000,
        Limits = new BatchLimits { StepTokensMax = 512, RunningMax = 128 },
    };

    /// <summary>Llama-3-8B on one A100: fixed cost plus cost per token.</summary>
    public static StepTimeProfile Llama3B8A100 { get; } = new()
    {
        Name = "llama-3-8b-a100",
        Origin = "8-10 ms a step and 0.055 ms a token, as fitted by WAIT's authors (arXiv 2504.11320) to Vidur's A100 profile; "
            + "KV for 80 GB less the weights at 128 KiB a token",
        StepTime = new LinearStepTime(9_000, 55, 55, 0),
        KvTokens = 400_000,
        Limits = new BatchLimits { StepTokensMax = 512, RunningMax = 128 },
    };

    /// <summary>The rounds of the theory: every step takes one millisecond, whatever is in it.</summary>
    public static StepTimeProfile Unit { get; } = new()
    {
        Name = "unit",
        Origin = "theory: one step is one round (arXiv 2502.07115, section 2), shown as one millisecond",
        StepTime = new LinearStepTime(1_000, 0, 0, 0),
        KvTokens = 16_384,
        Limits = new BatchLimits { StepTokensMax = 1_000_000, RunningMax = 16_384 },
    };

    /// <summary>All profiles, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<StepTimeProfile> All { get; } = [
        Yi34BA100Tp2, Llama3B8A100, .. OptProfiles.All, .. PrebleProfiles.All, Unit
    ];

    /// <summary>The profile of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that are.</exception>
    public static StepTimeProfile Find(string name) => All.FirstOrDefault(profile => profile.Name == name)
        ?? throw new ArgumentException(
            $"There is no profile '{name}'. Known: {string.Join(", ", All.Select(profile => profile.Name))}.", nameof(name));
}
