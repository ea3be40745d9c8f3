using Kantor.Core.Batching;
using Kantor.Core.StepTime;

namespace Kantor.Bounds.Goodput;

/// <summary>Equal machines behind any router.</summary>
/// <param name="Replicas">How many, at least 1.</param>
/// <param name="StepTime">How long a step takes.</param>
/// <param name="Limits">What a step may hold.</param>
public sealed record BoundFleet(int Replicas, IStepTimeModel StepTime, BatchLimits Limits);
