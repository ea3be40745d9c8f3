using Kantor.Hardware.Models;

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
internal sealed record AgenticPrediction
{
    /// <summary>Generated tokens per second.</summary>
    public required double OutputTokensPerS { get; init; }

    /// <summary>Median time to the first token.</summary>
    public required double TtftMedianMs { get; init; }

    /// <summary>Median distance of the further tokens.</summary>
    public required double TpotMedianMs { get; init; }

    /// <summary>Part of the prompts' tokens found on the device.</summary>
    public required double DeviceHitRate { get; init; }

    /// <summary>Part of the prompts' tokens copied from host memory.</summary>
    public required double HostHitRate { get; init; }

    /// <summary>Part of the prompts' tokens that was not computed.</summary>
    public double HitRate => DeviceHitRate + HostHitRate;

    /// <summary>Mean tokens of the prompts.</summary>
    public required double PromptTokensMean { get; init; }

    /// <summary>Requests that ended within the run.</summary>
    public required int Completed { get; init; }
}

/// <summary>A measured run and its prediction; null when it is not covered.</summary>
internal sealed record AgenticOutcome(AgenticRow Row, AgenticPrediction? Prediction)
{
    /// <summary>Part of the prompts' tokens that was found, wherever; null where the server did not say.</summary>
    public double? HitRate => Row.DeviceHitRate + (Row.HostHitRate ?? 0);

    /// <summary>The same, predicted.</summary>
    public double? PredictedHitRate => Prediction?.HitRate;
}
