using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Prediction;
using Kantor.Core.Retention;
using Kantor.Core.StepTime;

namespace Kantor.EventLogs.Replaying;

/// <summary>Which policies a log is replayed through.</summary>
public sealed record ReplayOptions
{
    /// <summary>Asked at every plan of the log.</summary>
    public required IBatchPlanner Planner { get; init; }

    /// <summary>Belief about output lengths that it may use; that of the log for equal conditions.</summary>
    public required ILengthPredictor Predictor { get; init; }

    /// <summary>Which cached KV goes first; that of the log, or what is cached differs from what was.</summary>
    public required IRetention Retention { get; init; }

    /// <summary>Step times that it may ask; null for a fit to the log's own steps, as an engine learns them.</summary>
    public IStepTimeModel? StepTime { get; init; }

    /// <summary>Takes down why the policy decides as it does; null when nobody wants to know.</summary>
    public IDecisionLog? Log { get; init; }

    /// <summary>Hears every event of the replay; null for nobody.</summary>
    public PolicyState? Listener { get; init; }

    /// <summary>Most differences that are shown one by one, at least 0.</summary>
    public int ShownMax { get; init; } = 20;
}
