using Kantor.Core.Batching;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Simulation.Metrics;

namespace Kantor.Simulation.Replicas;

/// <summary>One replica in virtual time: the engine's scheduler with a step-time model in place of the model.</summary>
/// <remarks>
/// Equal steps in a row are one leap (<see cref="StepLeap"/>): the books stand at its first step until it is over, or until an arrival
/// at this replica cuts it after the step under way. What others see of it meanwhile (<see cref="View"/>) is as of the moment asked for.
/// </remarks>
internal sealed class SimulatedReplica
{
    private readonly SimulationOptions _options;
    private readonly RunRecorder _recorder;
    private readonly SimulationObserver _observer;
    private readonly StepClock _clock;
    private readonly StepLeap _leap;
    private int _stepsWithoutToken;

    public SimulatedReplica(int index, SimulationOptions options, RunRecorder recorder, SimulationObserver observer)
    {
        Index = index;
        _options = options;
        _recorder = recorder;
        _observer = observer;
        _clock = new StepClock(options.StepTime);
        _leap = new StepLeap(_clock);
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

    /// <summary>When the step or leap under way ends; null when none is.</summary>
    public long? StepEndUs { get; private set; }

    /// <summary>The replica as the router sees it.</summary>
    public EndpointView View(long nowUs) => new(
        Scheduler.WaitingCount,
        Scheduler.RunningCount,
        Scheduler.Kv.BlocksUsed + (StepEndUs is null ? 0 : _leap.BlocksUnbooked(nowUs)),
        Scheduler.Kv.BlocksTotal);

    /// <summary>Plans a step, and those that repeat it; false when nothing can be planned before something else happens.</summary>
    public bool TryBeginStep(long nowUs, out long endUs)
    {
        endUs = 0;
        if (!TryPlan(nowUs)) return false;
        var durationUs = _clock.DurationUs(Scheduler.Slices);
        foreach (ref readonly var slice in Scheduler.Slices)
        {
            if (!slice.IsDecode) _recorder.Scheduled(RequestOf(slice.Row), nowUs);
        }

        _observer.StepBegan(Index, Scheduler, nowUs, durationUs);
        _leap.Begin(Scheduler, nowUs, durationUs, StepsToLeap(nowUs));
        StepEndUs = endUs = _leap.EndUs;
        return true;
    }

    /// <summary>
    /// Something is about to happen to this replica: of a leap only the step under way stays, and the books are brought up to it. True, with
    /// the end of that step, when a leap was cut.
    /// </summary>
    public bool TryCutLeap(long nowUs, out long endUs)
    {
        endUs = 0;
        if (StepEndUs is null || _leap.Steps == 1) return false;
        _leap.CutAfter(_leap.BegunBefore(nowUs));
        StepEndUs = endUs = _leap.EndUs;
        CatchUp();
        return true;
    }

    /// <summary>The step is done: sequences that have caught up get their next token, and those that have all of theirs end.</summary>
    public void EndStep(long nowUs)
    {
        CatchUp();
        StepEndUs = null;
        Scheduler.CompleteStep();
        _stepsWithoutToken++;
        foreach (ref readonly var slice in Scheduler.Slices)
        {
            if (slice.Generates) Generate(slice.Row, nowUs);
        }

        if (_stepsWithoutToken > _options.StepsWithoutTokenMax)
        {
            throw new SimulationException(
                $"Policy '{_options.Planner.Name}' ran {_stepsWithoutToken} steps on replica {Index} without a single generated token.");
        }
    }

    /// <summary>Books all steps of the leap but the last, which is under way.</summary>
    private void CatchUp()
    {
        if (_leap.Steps == 1) return;
        _observer.StepsRepeated(Index, Scheduler, _leap.EndsUs);
        var generating = 0;
        var leapt = LeaptTokens.At(_leap.EndsUs[..^1]);
        foreach (ref readonly var slice in Scheduler.Slices)
        {
            if (!slice.IsDecode) continue;
            _recorder.TokensGenerated(RequestOf(slice.Row), leapt);
            generating++;
        }

        if (generating > 0) _recorder.GapsBetween(_leap.EndsUs[..^1], generating);
        _stepsWithoutToken = generating > 0 ? 0 : _stepsWithoutToken + leapt.Count;
        Scheduler.RepeatStep(leapt.Count);
        _leap.KeepLast();
    }

    /// <summary>Steps until the plan has to be made anew for a reason that is known beforehand; whoever gets the last token ends the leap.</summary>
    private int StepsToLeap(long nowUs)
    {
        if (!_options.Leaping) return 1;
        var steps = Scheduler.RepeatableSteps(nowUs);
        if (steps == 1) return 1;
        foreach (ref readonly var slice in Scheduler.Slices)
        {
            if (slice.IsDecode) steps = Math.Min(steps, _recorder.TokensLeft(RequestOf(slice.Row)));
        }

        return steps;
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
}
