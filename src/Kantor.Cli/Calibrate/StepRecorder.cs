using Kantor.Engine;
using Kantor.Simulation.Calibration.Fitting;

namespace Kantor.Cli.Calibrate;

/// <summary>Keeps every step that the engine executes, with the load under which it did.</summary>
internal sealed class StepRecorder : IEngineObserver
{
    private readonly List<MeasuredStep> _steps = [];

    /// <summary>Number of the load that runs now.</summary>
    public int Case { get; set => Volatile.Write(ref field, value); }

    /// <summary>The steps so far; read when the engine rests.</summary>
    public IReadOnlyList<MeasuredStep> Steps => _steps;

    /// <summary>Forgets the steps so far, when the engine rests.</summary>
    public void Clear() => _steps.Clear();

    /// <inheritdoc/>
    public void StepExecuted(in StepReport step)
    {
        if (step.StepUs > 0) _steps.Add(new MeasuredStep(Case, step.Load, step.StepUs));
    }
}
