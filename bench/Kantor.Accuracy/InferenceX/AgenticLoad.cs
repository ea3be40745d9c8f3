using Kantor.Simulation.Models;

namespace Kantor.Accuracy.InferenceX;

/// <summary>What a simulator of closed-loop sessions needs to know to predict an <see cref="AgenticRow"/>.</summary>
internal sealed record AgenticLoad
{
    /// <summary>Users; each has one request under way or thinks.</summary>
    public required int Users { get; init; }

    /// <summary>The deployment, from which step times are composed.</summary>
    public required Deployment Deployment { get; init; }

    /// <summary>KV blocks of the device.</summary>
    public required int KvBlocks { get; init; }

    /// <summary>Tokens of a block.</summary>
    public required int BlockSizeTokens { get; init; }

    /// <summary>Bytes of a token's KV over all devices that move when it is offloaded.</summary>
    public required double KvBytesPerToken { get; init; }

    /// <summary>Bytes of host memory for KV; 0 without offload.</summary>
    public required double OffloadBytes { get; init; }

    /// <summary>Bytes per microsecond between host and devices, together.</summary>
    public required double OffloadBytesPerUs { get; init; }

    /// <summary>Mean tokens of an answer.</summary>
    public required double OutputTokensMean { get; init; }

    /// <summary>How long the run lasts, in seconds.</summary>
    public required double DurationS { get; init; }
}

/// <summary>What is predicted of an <see cref="AgenticLoad"/>.</summary>
/// <param name="OutputTokensPerS">Generated tokens per second.</param>
/// <param name="TtftMedianMs">Median time to the first token.</param>
/// <param name="TpotMedianMs">Median distance of the further tokens.</param>
/// <param name="DeviceHitRate">Part of the prompts' tokens found on the device.</param>
internal readonly record struct AgenticPrediction(double OutputTokensPerS, double TtftMedianMs, double TpotMedianMs, double DeviceHitRate);
