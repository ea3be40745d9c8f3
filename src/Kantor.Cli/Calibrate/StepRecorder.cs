using Kantor.Engine;
using Kantor.Hardware.Calibration.Fitting;

namespace Kantor.Cli.Calibrate;

/// <summary>Keeps every step that the engine executes, with the load under which it did.</summary>
/// <param name="sharedThreads">
/// Threads of the engine when a step is to count as the processor time since the one before divided by them, which other programs do not
/// lengthen; null when it is to count as the time that passed.
/// </param>
internal sealed class StepRecorder(int? sharedThreads) : IEngineObserver
{
    private readonly List<MeasuredStep> _steps = [];
    private TimeSpan _processorTime;

    /// <summary>Number of the load that runs now.</summary>
    public int Case { get; set => Volatile.Write(ref field, value); }

    /// <summary>The steps so far; read when the engine rests.</summary>
    public IReadOnlyList<MeasuredStep> Steps => _steps;

    /// <summary>Forgets the steps so far, when the engine rests.</summary>
    public void Clear() => _steps.Clear();

    /// <inheritdoc/>
    public void StepExecuted(in StepReport step)
    {
        var before = _processorTime;
        _processorTime = Environment.CpuUsage.TotalTime;
        var us = sharedThreads is { } threads ? (_processorTime - before).TotalMicroseconds / threads : step.StepUs;
        if (us > 0) _steps.Add(new MeasuredStep(Case, step.Load, us));
    }
}
