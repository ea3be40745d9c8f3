using Kantor.Core.Batching;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Simulation.Metrics;

namespace Kantor.Simulation.Replicas;

/// <summary>One replica in virtual time: the engine's scheduler with a step-time model in place of the model.</summary>
internal sealed class SimulatedReplica
{
    private readonly SimulationOptions _options;
    private readonly RunRecorder _recorder;
    private readonly SimulationObserver _observer;
    private int _stepsWithoutToken;

    public SimulatedReplica(int index, SimulationOptions options, RunRecorder recorder, SimulationObserver observer)
    {
        Index = index;
        _options = options;
        _recorder = recorder;
        _observer = observer;
        Scheduler = new ReplicaScheduler(new ReplicaOptions
        {
            Planner = options.Planner,
            Limits = options.Limits,
            Kv = options.Kv,
            Predictor = options.NewPredictor(),
            StepTime = options.StepTime,
        });
    }

    public int Index { get; }

    public ReplicaScheduler Scheduler { get; }

    /// <summary>Whether an event of this replica lies ahead: a step that ends or one that begins.</summary>
    public bool IsAwake { get; set; }

    /// <summary>Plans a step and says how long it takes; false when nothing can be planned before something else happens.</summary>
    public bool TryBeginStep(long nowUs, out long durationUs)
    {
        durationUs = 0;
        if (!TryPlan(nowUs)) return false;
        durationUs = DurationUs();
        foreach (var slice in Scheduler.Slices) _recorder.Scheduled(RequestOf(slice.Row), nowUs);
        _observer.StepBegan(Index, Scheduler, nowUs, durationUs);
        return true;
    }

    /// <summary>The step is done: sequences that have caught up get their next token, and those that have all of theirs end.</summary>
    public void EndStep(long nowUs)
    {
        Scheduler.CompleteStep();
        _stepsWithoutToken++;
        foreach (var slice in Scheduler.Slices)
        {
            if (slice.Generates) Generate(slice.Row, nowUs);
        }

        if (_stepsWithoutToken > _options.StepsWithoutTokenMax)
        {
            throw new SimulationException(
                $"Policy '{_options.Planner.Name}' ran {_stepsWithoutToken} steps on replica {Index} without a single generated token.");
        }
    }

    /// <summary>A plan that only refuses is followed by another, until something runs or nobody is left.</summary>
    private bool TryPlan(long nowUs)
    {
        while (!Scheduler.IsIdle)
        {
            Scheduler.PlanStep(nowUs);
            foreach (var refusal in Scheduler.Refused) End(refusal.Row, refusal.Reason, nowUs);
            if (Scheduler.Slices.Length > 0) return true;
            if (Scheduler.Refused.Length == 0) return false;
        }

        return false;
    }

    private void Generate(int row, long nowUs)
    {
        Scheduler.Generate(row, token: null);
        _stepsWithoutToken = 0;
        if (_recorder.TokenGenerated(RequestOf(row), nowUs) is { } outcome) End(row, outcome, nowUs);
    }

    private void End(int row, RequestOutcome outcome, long nowUs)
    {
        var request = RequestOf(row);
        Scheduler.End(row, outcome);
        _recorder.Ended(request, outcome, nowUs);
    }

    private int RequestOf(int row) => (int)Scheduler.Spec(row).Id.Value;

    private long DurationUs()
    {
        var load = default(StepLoad);
        foreach (var slice in Scheduler.Slices) load = load.With(slice.Tokens, slice.FromToken, slice.IsDecode);
        var us = _options.StepTime.StepUs(load);
        if (us is >= 0 and < 1e15) return Math.Max(1, (long)Math.Ceiling(us));
        throw new SimulationException($"The step-time model gives {us} us for {load}; a step takes 0 to 1e15 us.");
    }
}
