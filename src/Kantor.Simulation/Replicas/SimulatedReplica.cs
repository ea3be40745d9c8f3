using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Pools;

namespace Kantor.Simulation.Replicas;

/// <summary>
/// One replica in virtual time: the engine's scheduler, and the truth about its requests in place of the model. Its unit says when steps
/// begin and end.
/// </summary>
internal sealed class SimulatedReplica : ISampled
{
    private readonly RunParts _run;
    private readonly IServiceListener _listener;
    private readonly AnswerEnds _answers;
    private readonly Queue<(RequestSpec Spec, Handover Handover, long AtUs)> _inbox = new();
    private readonly AdapterSlots? _adapters;
    private readonly RandomStream _luck;
    private readonly IReadOnlyList<KvTier> _tiers;
    private readonly Dictionary<KvPlace, LinkQueue> _ways;
    private int _stepsWithoutToken;

    public SimulatedReplica(
        int index, ReplicaPool pool, bool handsOver, IReadOnlyList<KvTier> tiers, RunParts run, IServiceListener listener)
    {
        Index = index;
        Pool = pool;
        HandsOver = handsOver;
        _tiers = tiers;
        _run = run;
        _listener = listener;
        _ways = pool.Places.ToDictionary(place => place, place => new LinkQueue(place.Link));
        if (pool.Adapters is not null && pool.Limits.AdaptersMax is { } slots) _adapters = new AdapterSlots(slots);
        _luck = new RandomStream(pool.Speculation?.Seed ?? 0, $"speculation {index}");
        if (run.WayOut is { } link) Out = (new KvPlace { Name = $"replica {index}", Link = link }, new LinkQueue(link));
        var options = new ReplicaOptions
        {
            Planner = pool.Planner,
            Limits = pool.Limits,
            Kv = pool.Kv,
            KvRules = pool.KvRules,
            Predictor = run.Lengths.PredictorOf(pool),
            StepTime = pool.StepTime,
            OutputTokensHere = handsOver ? 1 : null,
            Swap = pool.Swap,
            DraftTokens = pool.Speculation?.DraftTokens ?? 0,
            Tiers = tiers,
            Classes = run.Classes,
            HoldUsMax = pool.HoldUsMax,
            Log = run.Observer.LogOf(index),
        };
        Scheduler = new ReplicaScheduler(options with { Listener = run.Observer.ListenerOf(index, options) });
        _answers = new AnswerEnds(Scheduler, run.Lengths);
    }

    public int Index { get; }

    public ReplicaPool Pool { get; }

    public ReplicaScheduler Scheduler { get; }

    /// <summary>Time of the planned step relative to the model's, because of adapters; at least 1.</summary>
    public double StepFactor { get; private set; } = 1;

    /// <summary>Microseconds by which the planned step ends later: KV moved out, adapters copied in, drafts made.</summary>
    public long HeldUpUs { get; private set; }

    /// <summary>
    /// What its pool is to replicas that decode: a place, and the way out of it; null where prefill and decode are not apart.
    /// </summary>
    public (KvPlace Place, LinkQueue Way)? Out { get; }

    /// <summary>Whether its requests go on elsewhere after a token.</summary>
    public bool HandsOver { get; }

    /// <summary>Whether it has failed or left.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether no request is here.</summary>
    public bool IsIdle => Scheduler.IsIdle && _inbox.Count == 0;

    /// <summary>What times the steps of this replica.</summary>
    public required IStepUnit Unit { get; set; }

    public bool HasWork => Scheduler.HasWork || _inbox.Count > 0;

    /// <summary>Whether requests have arrived that the next step does not hold, because it was planned before.</summary>
    public bool HasUnseen => _inbox.Count > 0;

    /// <summary>What came here and left.</summary>
    public ReplicaTraffic Traffic { get; private set; }

    /// <summary>The replica as of now, which is not before the moment asked for last.</summary>
    public EndpointView View(long nowUs) => new(
        Scheduler.WaitingCount + _inbox.Count,
        Scheduler.RunningCount + Scheduler.ParkedCount,
        Scheduler.Kv.BlocksUsed + Unit.BlocksUnbooked(nowUs),
        Scheduler.Kv.BlocksTotal)
    { Replica = Index, KvBlockTokens = Pool.Kv.BlockSizeTokens };

    /// <summary>What its books say is as of now, although it leaps.</summary>
    public void CatchUp(long nowUs)
    {
        if (Unit.CatchUp(nowUs)) _run.Host.LeapIsSeen(this);
    }

    /// <summary>Tokens that the requests here miss.</summary>
    public long QueuedTokens => Scheduler.MissingTokens() + _inbox.Sum(next => (long)next.Spec.Content.Count);

    /// <summary>Leading tokens of a request that are cached in the pool.</summary>
    public int HitTokens(RequestSpec spec) => Scheduler.Kv.Probe(spec.Content, spec.Facts.CacheDomain, spec.Content.Count - 1).Tokens;

    /// <summary>Leading tokens of a request that lie in a tier behind the pool, the one that has most of them.</summary>
    public int TierHitTokens(RequestSpec spec)
    {
        var most = 0;
        foreach (var tier in _tiers) most = Math.Max(most, tier.HitTokens(spec.Content, spec.Facts.CacheDomain, spec.Content.Count - 1));
        return most;
    }

    /// <summary>Way from one of its own places; null from those of others.</summary>
    public LinkQueue? WayFrom(KvPlace place) => _ways.GetValueOrDefault(place);

    /// <summary>Whether steps of the request need no adapter that has to be copied in first.</summary>
    public bool HasAdapter(AdapterId adapter) => adapter.Value == 0 || _adapters is null || _adapters.Holds(adapter.Value);

    /// <summary>
    /// A request arrives; false with the reason when it is refused. With <see cref="ReplicaPool.PlansAhead"/> the scheduler sees it later.
    /// </summary>
    public bool TryTake(RequestSpec spec, Handover handover, long nowUs, out RequestOutcome refusal)
    {
        refusal = default;
        NoteTime();
        if (Pool.PlansAhead) _inbox.Enqueue((spec, handover, nowUs));
        else if (!TryTakeOver(spec, handover, out refusal)) return false;
        Traffic = Traffic.WithSent(PromptBlocks(spec), spec.Facts.PromptTokens);
        return true;
    }

    /// <summary>The attempt leaves, wherever it stands here; its client has gone.</summary>
    public void Cancel(RequestId attempt)
    {
        if (!Scheduler.TryFind(attempt, out var row))
        {
            DropUnseen(attempt);
            return;
        }

        CountLeft(row);
        NoteTime();
        Scheduler.End(row, RequestOutcome.Cancelled);
    }

    /// <summary>Everything that is here is lost: what each request was and how many tokens it had, by name.</summary>
    public IReadOnlyList<(RequestSpec Spec, int GeneratedTokens)> LoseAll()
    {
        var lost = new List<(RequestSpec Spec, int GeneratedTokens)>();
        NoteTime();
        foreach (var row in Scheduler.LiveRows())
        {
            lost.Add((Scheduler.Spec(row), Scheduler.GeneratedTokens(row)));
            CountLeft(row);
            Scheduler.End(row, RequestOutcome.BackendFailed);
        }

        while (_inbox.TryDequeue(out var next))
        {
            lost.Add((next.Spec, next.Handover.GeneratedTokens));
            CountLeft(next.Spec);
        }

        lost.Sort((left, right) => left.Spec.Id.Value.CompareTo(right.Spec.Id.Value));
        return lost;
    }

    /// <summary>The KV that was kept in another's place for an attempt that is here is lost; it is computed here.</summary>
    public void LoseHandover(RequestId attempt, KvPlace place)
    {
        if (Scheduler.TryFind(attempt, out var row)) Scheduler.Lose(row, place);
        for (var left = _inbox.Count; left > 0; left--)
        {
            var next = _inbox.Dequeue();
            _inbox.Enqueue(next.Spec.Id == attempt ? next with { Handover = new(next.Handover.GeneratedTokens) } : next);
        }
    }

    /// <summary>
    /// Plans a step with what has arrived by <paramref name="seenUs"/>; a plan that only refuses is followed by another, until something
    /// runs or nobody is left. False when there is no step.
    /// </summary>
    public bool TryPlan(long nowUs, long seenUs)
    {
        Scheduler.AbandonStep();
        NoteTime();
        Receive(seenUs);
        if (!Scheduler.HasWork) Receive(nowUs);
        while (Scheduler.HasWork)
        {
            Scheduler.PlanStep(nowUs);
            foreach (ref readonly var load in Scheduler.Loads) _run.Host.LoadBegan(this, load);
            foreach (var refusal in Scheduler.Refused) End(refusal.Row, refusal.Reason);
            if (Scheduler.Slices.Length > 0) break;
            if (Scheduler.Refused.Length == 0) return false;
        }

        if (Scheduler.Slices.IsEmpty) return false;
        foreach (ref readonly var slice in Scheduler.Slices)
        {
            if (!slice.IsDecode) _run.Recorder.Scheduled(RequestOf(slice.Row), nowUs);
        }

        CountExtras();
        return true;
    }

    /// <summary>The step is done: sequences that have caught up get their next token, and those that have all of theirs end.</summary>
    public void Complete(long nowUs, long stepUs)
    {
        NoteTime();
        Scheduler.CompleteStep(stepUs);
        _stepsWithoutToken++;
        foreach (ref readonly var slice in Scheduler.Slices)
        {
            if (!slice.Generates || !Scheduler.IsAlive(slice)) continue;
            var guessed = Pool.Speculation is null ? 0 : Accept(slice);
            Generate(slice.Row, nowUs);
            for (; guessed > 0 && Scheduler.IsAlive(slice); guessed--) Generate(slice.Row, nowUs);
        }

        if (_stepsWithoutToken > _run.StepsWithoutTokenMax)
        {
            throw new SimulationException(
                $"Policy '{Pool.Planner.Name}' ran {_stepsWithoutToken} steps on replica {Index} without a single generated token.");
        }
    }

    /// <summary>
    /// Books the planned step and its repetitions at all but the last of these moments, at which they end; the last is under way.
    /// </summary>
    public void Repeat(ReadOnlySpan<long> endsUs)
    {
        var generating = 0;
        var leapt = LeaptTokens.At(endsUs[..^1]);
        foreach (ref readonly var slice in Scheduler.Slices)
        {
            if (!slice.IsDecode) continue;
            _run.Recorder.TokensGenerated(RequestOf(slice.Row), leapt);
            generating++;
        }

        if (generating > 0) _run.Recorder.GapsBetween(endsUs[..^1], generating);
        _stepsWithoutToken = generating > 0 ? 0 : _stepsWithoutToken + leapt.Count;
        Scheduler.TimeIs(leapt.LastUs);
        Scheduler.RepeatStep(leapt.Count);
    }

    /// <summary>
    /// Steps until the plan has to be made anew for a reason that is known beforehand; whoever gets the last token here ends the leap.
    /// </summary>
    public int StepsToLeap(long nowUs)
    {
        if (!_run.Leaping || HasUnseen) return 1;
        var steps = Scheduler.RepeatableSteps(nowUs);
        if (steps == 1) return 1;
        foreach (ref readonly var slice in Scheduler.Slices)
        {
            if (slice.IsDecode) steps = Math.Min(steps, HandsOver ? 1 : _answers.TokensLeft(slice.Row));
        }

        return steps;
    }

    /// <summary>The row's request goes on elsewhere, or has done so and leaves the KV that was kept for it.</summary>
    public void Leave(int row)
    {
        CountLeft(row);
        NoteTime();
        _listener.WentOn(Scheduler.IdOf(row), _run.Clock.NowUs);
        Scheduler.Leave(row);
    }

    public int RequestOf(int row) => AttemptId.RequestOf(Scheduler.IdOf(row).Value);

    /// <summary>What happens here happens at the run's time.</summary>
    private void NoteTime() => Scheduler.TimeIs(_run.Clock.NowUs);

    private bool TryTakeOver(RequestSpec spec, Handover handover, out RequestOutcome refusal)
    {
        if (!Scheduler.TryTakeOver(spec, handover, out var row, out refusal)) return false;
        _answers.Took(row);
        return true;
    }

    private void Receive(long seenUs)
    {
        while (_inbox.TryPeek(out var next) && next.AtUs <= seenUs)
        {
            _inbox.Dequeue();
            if (TryTakeOver(next.Spec, next.Handover, out var refusal)) continue;
            CountLeft(next.Spec);
            _run.Host.Ended(AttemptId.RequestOf(next.Spec.Id.Value), refusal);
        }
    }

    private void DropUnseen(RequestId attempt)
    {
        for (var left = _inbox.Count; left > 0; left--)
        {
            var next = _inbox.Dequeue();
            if (next.Spec.Id != attempt) _inbox.Enqueue(next);
            else CountLeft(next.Spec);
        }
    }

    private void CountExtras()
    {
        var us = Scheduler.SwappedOutTokens > 0 && Pool.Swap is { } swap ? swap.Link.CopyUs(Scheduler.SwappedOutTokens) : 0.0;
        if (Pool.Speculation is { } speculation) us += speculation.DraftUs * DraftedPositions();
        StepFactor = 1;
        if (_adapters is not null && Pool.Adapters is { } cost)
        {
            var (loads, uses) = _adapters.Use(Scheduler);
            us += loads * cost.LoadUs;
            StepFactor = uses ? cost.StepFactor : 1;
        }

        HeldUpUs = (long)Math.Ceiling(us);
    }

    private int DraftedPositions()
    {
        var most = 0;
        foreach (ref readonly var slice in Scheduler.Slices)
        {
            if (slice.IsDecode) most = Math.Max(most, slice.Tokens - 1);
        }

        return most;
    }

    /// <summary>Guesses of a decode that are right, up to the first that is wrong.</summary>
    private int Accept(in StepSlice slice)
    {
        if (!slice.IsDecode || slice.Tokens == 1 || Pool.Speculation is not { } speculation) return 0;
        var right = 0;
        while (right < slice.Tokens - 1 && _luck.NextDouble() < speculation.AcceptanceRate) right++;
        Scheduler.Accept(slice, right);
        return right;
    }

    private void Generate(int row, long nowUs)
    {
        Scheduler.Generate(row, token: null);
        _stepsWithoutToken = 0;
        _run.Recorder.TokenGenerated(RequestOf(row), nowUs);
        if (_answers.OutcomeOf(row) is { } outcome) End(row, outcome);
        else if (HandsOver) _run.Host.Began(this, row);
        else if (_run.WayOut is not null) _run.Host.WentOn(this, Scheduler.Spec(row).Id);
    }

    private void End(int row, RequestOutcome outcome)
    {
        var request = RequestOf(row);
        CountLeft(row);
        Scheduler.End(row, outcome);
        _run.Host.Ended(request, outcome);
    }

    private void CountLeft(int row)
    {
        Traffic = Traffic.WithLeft(PromptBlocks(Scheduler.Spec(row)));
        _listener.Served(Scheduler.IdOf(row), Scheduler.GeneratedTokens(row), Scheduler.CachedTokens(row));
    }

    private void CountLeft(RequestSpec spec) => Traffic = Traffic.WithLeft(PromptBlocks(spec));

    private int PromptBlocks(RequestSpec spec) => Scheduler.Kv.BlocksFor(spec.Facts.PromptTokens);
}
