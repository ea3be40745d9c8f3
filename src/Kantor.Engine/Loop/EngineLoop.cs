using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Engine.Backends;
using Kantor.Engine.Clocks;

namespace Kantor.Engine.Loop;

/// <summary>
/// The engine without its thread: a host, or a test, calls <see cref="Step"/> again and again on one thread. All state lives here; callers
/// reach it through the inbox, and are reached through their streams.
/// </summary>
internal sealed class EngineLoop : IDisposable
{
    // The first steps pay for memory touched and code compiled for the first time; a fit would remember them for hundreds of steps.
    private const int WarmUpSteps = 2;

    private readonly EngineOptions _options;
    private readonly EngineClock _clock;
    private readonly IEngineObserver _observer;
    private readonly ReplicaScheduler _scheduler;
    private readonly AdmissionDesk _admission;
    private readonly RequestBook _requests;
    private readonly StepExecutor _executor;
    private readonly KvMirror _memory;
    private readonly EmbeddingDesk _embeddings;
    private readonly StepTimeFitter _stepTimes = new();
    private long _deadlineUs = long.MaxValue;
    private long _plansRefused;

    /// <summary>An idle engine on an empty back end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range for this back end.</exception>
    public EngineLoop(IModelBackend backend, EngineOptions options)
    {
        options.Validate(backend.Info);
        _options = options;
        _clock = new EngineClock(options.Time);
        _observer = options.Observer ?? NullObserver.Instance;
        Inbox = new EngineInbox(options.InboxMax);
        var stepTime = options.StepTime ?? new LearntStepTime(_stepTimes);
        var remembered = options.Admission.NewState();
        var scheduler = SchedulerOptions(backend.Info, options, stepTime);
        _scheduler = new ReplicaScheduler(
            scheduler with { Listener = PolicyStates.Of(remembered, options.NewListener?.Invoke(scheduler)) });
        _admission = new AdmissionDesk(options, remembered, _scheduler, stepTime, _clock);
        _requests = new RequestBook(_scheduler, _admission, backend.Tokenizer, backend.Info, options, _clock);
        _executor = new StepExecutor(backend, _scheduler, _requests, _clock, _observer, options.SamplingThreads);
        _memory = new KvMirror(backend);
        _embeddings = new EmbeddingDesk(backend);
        Snapshot = TakeSnapshot();
        StepModel = TakeStepModel();
    }

    /// <summary>Where callers put what they want.</summary>
    public EngineInbox Inbox { get; }

    /// <summary>The scheduler; for tests.</summary>
    public ReplicaScheduler Scheduler => _scheduler;

    /// <summary>Why the engine no longer works; null while it does.</summary>
    public string? Fault { get; private set; }

    /// <summary>Load and totals at the end of the last step.</summary>
    public EngineSnapshot Snapshot { get; private set => Volatile.Write(ref field, value); }

    /// <summary>The step-time model at the end of the last step.</summary>
    public StepModelReport StepModel { get; private set => Volatile.Write(ref field, value); }

    /// <summary>Whether nothing is left to do until something is posted.</summary>
    public bool IsIdle => _requests.ActiveCount == 0 && _embeddings.IsEmpty;

    /// <summary>
    /// Microseconds until there is something to do although nothing is posted: the policy's hold, admission's or the grace period ends.
    /// Null when no such time is known.
    /// </summary>
    public long? RestsForUs => Earlier(_scheduler.HeldUntilUs, _admission.AsksAgainUs) is { } untilUs
        ? Math.Max(0, Math.Min(untilUs, Volatile.Read(ref _deadlineUs)) - _clock.NowUs)
        : null;

    private static long? Earlier(long? one, long? other) =>
        one is { } first && other is { } second ? Math.Min(first, second) : one ?? other;

    /// <summary>Host memory that copies of KV take, in bytes; for tests.</summary>
    public long CopiedBytes => _memory.CopiedBytes;

    /// <summary>Frees what lies in host memory. The back end is its owner's matter.</summary>
    public void Dispose()
    {
        _memory.Dispose();
        Inbox.Dispose();
    }

    /// <summary>Whether something was computed since the books were last proved.</summary>
    public bool HasUnverifiedWork { get; private set; }

    /// <summary>
    /// Proves that the books close, which they must when nothing is left to do; a broken law ends the engine. It reads the whole pool, so a
    /// host calls it when nobody is waiting.
    /// </summary>
    public void VerifyAtRest()
    {
        if (!IsIdle || Fault is not null) return;
        HasUnverifiedWork = false;
        try
        {
            _scheduler.Verify();
            _requests.Verify();
            if (_scheduler.Kv.BlocksUsed > 0)
            {
                throw new InvalidOperationException($"{_scheduler.Kv.BlocksUsed} KV tokens are in use at rest.");
            }
        }
        catch (InvalidOperationException broken)
        {
            Collapse($"The engine failed: {broken.Message}");
        }
    }

    /// <summary>One turn of the loop; false when there was nothing to compute.</summary>
    public bool Step()
    {
        try
        {
            TakeCommands();
            var isBusy = Fault is null && (ExecutePlan() | _embeddings.EmbedNext());
            Report();
            _requests.Publish();
            return isBusy;
        }
#pragma warning disable CA1031 // A broken law or a broken memory must end the requests, not the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Collapse($"The engine failed: {exception.Message}");
            return false;
        }
    }

    /// <summary>
    /// Lets requests go on for so long at most, and takes no new ones; of several calls the earliest deadline counts. Any thread.
    /// </summary>
    public void ShutDown(TimeSpan grace)
    {
        var deadlineUs = _clock.NowUs + (long)grace.TotalMicroseconds;
        var previous = Volatile.Read(ref _deadlineUs);
        while (deadlineUs < previous)
        {
            previous = Interlocked.CompareExchange(ref _deadlineUs, deadlineUs, previous) is var seen && seen == previous
                ? deadlineUs
                : seen;
        }

        Inbox.Close();
    }

    private bool ExecutePlan()
    {
        _scheduler.PlanStep(_clock.NowUs);
        _requests.EndRefused(_scheduler.Refused);
        if (!_memory.TryRepeat(_scheduler.Kv)) return GoOnWithoutCopies();
        if (_scheduler.Slices.IsEmpty) return false;

        NotePlaces();
        if (_executor.Execute() is { } fault)
        {
            Fail(fault);
            return false;
        }

        _scheduler.TimeIs(_clock.NowUs);
        _scheduler.CompleteStep(_executor.Measured?.StepUs);
        Learn();
        Advance();
        return true;
    }

    /// <summary>Nothing is executed, and the next turn plans again without what lies in host memory.</summary>
    private bool GoOnWithoutCopies()
    {
        _observer.BackendFailed("KV could not be copied between the pool and host memory; nothing is kept there any more.");
        _scheduler.LoseCopies();
        return true;
    }

    private void TakeCommands()
    {
        var hasCancellations = Inbox.TakeCancellations();
        while (Inbox.TryTake(out var command))
        {
            if (command is RequestRun[] body) _requests.Accept(body);
            else if (command is EmbedCommand embed) _embeddings.Add(embed);
        }

        if (hasCancellations) _requests.EndCancelled();
        _requests.AskAgain();
        if (_clock.NowUs >= Volatile.Read(ref _deadlineUs)) EndAll(RequestOutcome.ShutDown, "The engine was shut down.");
        if (Fault is { } fault) EndAll(RequestOutcome.BackendFailed, fault);
    }

    private void NotePlaces()
    {
        var nowUs = _clock.NowUs;
        foreach (var slice in _scheduler.Slices) _requests.ChoiceOf(slice.Row).NotePlace(slice, nowUs);
        HasUnverifiedWork = true;
    }

    private void Learn()
    {
        if (_executor.Measured is not { } step) return;
        if (_scheduler.Counters.Steps > WarmUpSteps) _stepTimes.Observe(step.Load, step.StepUs);
        _observer.StepExecuted(
            new StepReport(
                step.Load, step.StepUs, _scheduler.RunningCount, _scheduler.WaitingCount + _requests.HeldCount + _admission.HeldChoices));
    }

    private void Advance()
    {
        foreach (var result in _executor.Results)
        {
            if (result.Failure is { } failure) _requests.End(result.Choice, RequestOutcome.BackendFailed, failure);
            else if (result.Chosen is { } chosen) _requests.Advance(result.Choice, chosen);
        }
    }

    private void Fail(string fault)
    {
        Fault = fault;
        _scheduler.AbandonStep();
        EndAll(RequestOutcome.BackendFailed, fault);
    }

    private void Collapse(string fault)
    {
        Fault ??= fault;
        _observer.BackendFailed(fault);
        _requests.Detach();
        EndAll(RequestOutcome.BackendFailed, fault);
        Report();
        _requests.Publish();
    }

    private void EndAll(RequestOutcome outcome, string message)
    {
        _requests.EndEverything(outcome, message);
        _embeddings.FailAll(message);
    }

    private void Report()
    {
        if (_scheduler.Counters.PlansRefused > _plansRefused)
        {
            _plansRefused = _scheduler.Counters.PlansRefused;
            _observer.PlanRefused(_scheduler.LastPlanFault ?? "");
        }

        Snapshot = TakeSnapshot();
        StepModel = TakeStepModel();
    }

    private EngineSnapshot TakeSnapshot() => new()
    {
        Policy = _scheduler.Planner.Name,
        Running = _scheduler.RunningCount,
        Waiting = _scheduler.WaitingCount + _requests.HeldCount + _admission.HeldChoices,
        KvTokensUsed = _scheduler.Kv.BlocksUsed,
        KvTokensIdle = _scheduler.Kv.BlocksIdle,
        KvTokensTotal = _scheduler.Kv.BlocksTotal,
        Steps = _scheduler.Counters.Steps,
        Preemptions = _scheduler.Counters.Preemptions,
        ComputedTokens = _scheduler.Counters.ComputedTokens,
        GeneratedTokens = _scheduler.Counters.GeneratedTokens,
        PrefixQueriedTokens = _scheduler.Counters.PrefixQueriedTokens,
        PrefixHitTokens = _scheduler.Counters.PrefixHitTokens,
        PrefixRefoundTokens = _scheduler.Counters.PrefixRefoundTokens,
        PlansRefused = _scheduler.Counters.PlansRefused,
        BackendFailures = _executor.Failures,
        LoadedTokens = _scheduler.Counters.LoadedTokens,
        HostCacheBytes = _memory.CopiedBytes,
        Fault = Fault,
    };

    private StepModelReport TakeStepModel()
    {
        var fit = _stepTimes.Fit();
        return new StepModelReport(
            _stepTimes.Samples,
            fit.FixedUs,
            fit.PrefillTokenUs,
            fit.DecodeSequenceUs,
            fit.ResidentKvTokenUs,
            _stepTimes.MeanAbsoluteErrorUs,
            _stepTimes.MeanStepUs,
            fit.RowKvTokenUs);
    }

    private static ReplicaOptions SchedulerOptions(BackendInfo backend, EngineOptions options, IStepTimeModel stepTime) => new()
    {
        Planner = options.Planner,
        Classes = options.Objective.Classes,
        HoldUsMax = options.HoldUsMax,
        Log = options.Log,
        Predictor = options.Predictor,
        StepTime = stepTime,
        // The queue's limit is the request book's, which counts held choices too; preempted ones must always find room.
        Limits = new BatchLimits
        {
            StepTokensMax = options.StepTokensMax ?? backend.BatchTokensMax,
            RunningMax = options.RunningMax ?? Math.Min(128, backend.SequencesMax),
            WaitingMax = int.MaxValue,
        },
        KvRules = EngineOptions.KvRulesOf(options.Planner),
        Kv = new KvLedgerOptions
        {
            BlocksTotal = backend.KvTokensTotal,
            BlockSizeTokens = 1,
            SequencesMax = backend.SequencesMax,
            RecordsChanges = true,
            PrefixCaching = options.PrefixCaching,
            IdleBlocksMax = options.CachedTokensMax,
            Retention = options.Retention,
        },
        Tiers = options.HostCache?.TierFor(backend) is { } tier ? [tier] : [],
    };

    /// <summary>
    /// The fit as it stands whenever it is asked, and as much more as most steps so far needed: who promises gaps by it keeps them.
    /// </summary>
    private sealed class LearntStepTime(StepTimeFitter fitter) : IStepTimeModel
    {
        public double StepUs(in StepLoad load) => fitter.Fit().StepUs(load) * fitter.UpperRatio;
    }
}
