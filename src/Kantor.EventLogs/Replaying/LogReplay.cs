using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.EventLogs.Records;

namespace Kantor.EventLogs.Replaying;

/// <summary>
/// Replays one replica of an event log: the scheduler goes through what happened, plan by plan, and at each plan a policy is asked what it would
/// have done. What was done is then done again, so that every question is about the same moment as in the log.
/// </summary>
public sealed class LogReplay
{
    // As an engine learns: the first steps pay for what is done for the first time.
    private const int WarmUpSteps = 2;

    private readonly ReplayScript _script;
    private readonly ReplicaScheduler _scheduler;
    private readonly RecordedPlanner _planner;
    private readonly Comparison _comparison;
    private readonly StepTimeFitter _stepTimes = new();
    private readonly Dictionary<long, (int Row, Queue<int> Answer)> _here = [];
    private bool _isUnderWay;

    private LogReplay(ReplayScript script, ReplayOptions options)
    {
        _script = script;
        _comparison = new Comparison(options.ShownMax);
        _planner = new RecordedPlanner(options.Planner, script.Rules, _comparison, script.NextPlan);
        _scheduler = new ReplicaScheduler(script.Options(options, _planner, options.StepTime ?? new LearntStepTime(_stepTimes)));
    }

    /// <summary>Goes through the log of a replica.</summary>
    /// <exception cref="EventLogException">There is no such replica, it cannot be replayed, or the log contradicts itself.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ReplayResult Run(EventLog log, int replica, ReplayOptions options, CancellationToken cancellation = default)
    {
        var script = new ReplayScript(log, replica);
        var replay = new LogReplay(script, options);
        try
        {
            replay.Run(cancellation);
        }
        catch (InvalidOperationException wrong)
        {
            throw new EventLogException($"replica {replica}, at {script.AtUs} us: {wrong.Message}", wrong);
        }

        return replay.Result(options);
    }

    private void Run(CancellationToken cancellation)
    {
        while (_script.Next() is { } record)
        {
            cancellation.ThrowIfCancellationRequested();
            _scheduler.TimeIs(record.AtUs);
            switch (record)
            {
                case ArrivedRecord arrived: Arrive(arrived); break;
                case PlanRecord plan: Plan(plan); break;
                case StepRecord step: Complete(step.Us); break;
                case TokensRecord tokens: Generate(tokens.Of); break;
                case EndedRecord ended: End(ended); break;
            }
        }
    }

    private void Arrive(ArrivedRecord arrived)
    {
        var spec = new RequestSpec(arrived.Facts(), ReplayScript.ContentOf(arrived));
        if (!_scheduler.TryEnqueue(spec, out var row, out var refusal))
        {
            throw new InvalidOperationException($"Request {arrived.Id} came in the log and is {refusal} here.");
        }

        _here.Add(arrived.Id, (row, _script.AnswerOf(arrived.Id)));
    }

    private void Plan(PlanRecord plan)
    {
        _scheduler.AbandonStep();
        _script.PutBack();
        _scheduler.PlanStep(plan.AtUs);
        _isUnderWay = !_scheduler.Slices.IsEmpty;
        if (_scheduler.Counters.PlansRefused > 0) throw new InvalidOperationException($"The plan cannot be made again: {_scheduler.LastPlanFault}");
    }

    private void Complete(long? us)
    {
        var load = StepSlice.LoadOf(_scheduler.Slices);
        _scheduler.CompleteStep(us);
        _isUnderWay = false;
        if (us is { } took && _scheduler.Counters.Steps > WarmUpSteps) _stepTimes.Observe(load, took);
    }

    private void Generate(IReadOnlyList<long> of)
    {
        // A step of which a part failed is in the log without its time.
        if (_isUnderWay) Complete(null);
        for (var at = 0; at + 1 < of.Count; at += 2)
        {
            var (row, answer) = Find(of[at]);
            for (var left = of[at + 1]; left > 0; left--) _scheduler.Generate(row, answer.TryDequeue(out var token) ? token : null);
        }
    }

    private void End(EndedRecord ended)
    {
        var (row, _) = Find(ended.Id);
        _here.Remove(ended.Id);
        if (ended.Outcome is { } outcome) _scheduler.End(row, outcome);
        else _scheduler.Leave(row);
    }

    private (int Row, Queue<int> Answer) Find(long request) => _here.TryGetValue(request, out var found)
        ? found
        : throw new InvalidOperationException($"Request {request} is not here.");

    private ReplayResult Result(ReplayOptions options) => new(
        options.Planner.Name,
        _comparison.Plans,
        _comparison.Otherwise,
        _planner.Faulty,
        _planner.FirstFault,
        _comparison.Counts,
        _comparison.Shown);

    /// <summary>The fit as it stands whenever it is asked.</summary>
    private sealed class LearntStepTime(StepTimeFitter fitter) : IStepTimeModel
    {
        public double StepUs(in StepLoad load) => fitter.Fit().StepUs(load);
    }
}
