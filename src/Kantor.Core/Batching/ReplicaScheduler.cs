using System.Runtime.InteropServices;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching;

/// <summary>
/// The scheduler of one replica, the same in the simulator and in the engine: queue, batch, KV books and policy. A host runs it as
/// <c>PlanStep → execute → CompleteStep → Generate / End per finished row</c>, or <c>AbandonStep</c> when executing failed.
/// </summary>
/// <remarks>Owner: the host's loop; one thread. Pure bookkeeping: no clock, no I/O.</remarks>
public sealed class ReplicaScheduler : IBatchProbe
{
    private static readonly FcfsPlanner Fallback = new();

    private readonly ReplicaOptions _options;
    private readonly RequestTable _table = new();
    private readonly List<int> _running = [];
    private readonly WaitingLine _waiting = new();
    private readonly PlannerState _state;
    private readonly PlannerState _fallbackState = Fallback.NewState();
    private readonly PlanValidator _validator = new();
    private readonly BatchPlan _plan = new();
    private readonly List<StepSlice> _slices = [];
    private readonly List<int> _preempted = [];
    private readonly List<Refusal> _refused = [];
    private readonly List<(int Row, int Sequence, Grant Grant)> _placed = [];
    private bool _isPolicyPlan;
    private bool _hasAdmitted;
    private long _probeStamp;
    private long[] _probeStamps = [];
    private PrefixHit[] _probes = [];

    /// <summary>An idle replica.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit or size is out of range.</exception>
    public ReplicaScheduler(ReplicaOptions options)
    {
        options.Limits.Validate();
        _options = options;
        Kv = new KvLedger(options.Kv);
        _state = options.Planner.NewState();
    }

    /// <summary>The KV books. Only the scheduler changes them.</summary>
    public KvLedger Kv { get; }

    /// <summary>The policy.</summary>
    public IBatchPlanner Planner => _options.Planner;

    /// <summary>What was done so far.</summary>
    public SchedulerCounters Counters { get; } = new();

    /// <summary>What was wrong with the last refused plan; null when none was refused.</summary>
    public string? LastPlanFault { get; private set; }

    /// <summary>Requests that wait.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Requests that hold KV.</summary>
    public int RunningCount => _running.Count;

    /// <summary>Whether nothing waits or runs.</summary>
    public bool IsIdle => WaitingCount == 0 && RunningCount == 0;

    /// <summary>Slices of the planned step.</summary>
    public ReadOnlySpan<StepSlice> Slices => CollectionsMarshal.AsSpan(_slices);

    /// <summary>Rows that the last plan preempted.</summary>
    public ReadOnlySpan<int> Preempted => CollectionsMarshal.AsSpan(_preempted);

    /// <summary>Rows that the last plan refused; the host ends each with <see cref="End"/>.</summary>
    public ReadOnlySpan<Refusal> Refused => CollectionsMarshal.AsSpan(_refused);

    /// <summary>The request of a row.</summary>
    public RequestSpec Spec(int row) => _table.Spec(row);

    /// <summary>Tokens that the row's request has generated.</summary>
    public int GeneratedTokens(int row) => _table.GeneratedTokens[row];

    /// <summary>How often the row's request was preempted.</summary>
    public int Preemptions(int row) => _table.Preemptions[row];

    /// <summary>
    /// Takes a request into the queue, or says why it never can be: it could not finish even alone, or the queue is at its limit.
    /// </summary>
    public bool TryEnqueue(RequestSpec spec, out int row, out RequestOutcome refusal)
    {
        row = 0;
        refusal = RequestOutcome.RefusedQueueFull;
        if (_waiting.Count >= _options.Limits.WaitingMax) return false;
        refusal = RequestOutcome.RefusedNeverFits;
        if (!CanEverFit(spec.Content.Count, spec.OutputTokensMax)) return false;
        row = _table.Add(spec);
        _waiting.Append(row);
        _state.Arrived(row, spec.Id);
        _fallbackState.Arrived(row, spec.Id);
        return true;
    }

    /// <summary>Whether a request of this prompt and declared output fits an empty pool. The newest token of a request needs no KV.</summary>
    public bool CanEverFit(int promptTokens, int outputTokensMax) =>
        promptTokens >= 1 && outputTokensMax >= 1
        && (long)promptTokens + outputTokensMax - 1 <= (long)Kv.BlocksTotal * Kv.BlockSizeTokens;

    /// <summary>The moment as the policy sees it.</summary>
    public BatchView View(long nowUs) => new(this)
    {
        NowUs = nowUs,
        Limits = _options.Limits,
        BlockSizeTokens = Kv.BlockSizeTokens,
        KvBlocksTotal = Kv.BlocksTotal,
        KvBlocksAvailable = Kv.BlocksAvailable,
        StepTime = _options.StepTime,
        Running = CollectionsMarshal.AsSpan(_running),
        Waiting = _waiting.Rows,
        States = _table.States.AsSpan(0, _table.RowCount),
        Ids = _table.Ids.AsSpan(0, _table.RowCount),
        Classes = _table.Classes.AsSpan(0, _table.RowCount),
        Tenants = _table.Tenants.AsSpan(0, _table.RowCount),
        Priorities = _table.Priorities.AsSpan(0, _table.RowCount),
        ArrivalUs = _table.ArrivalUs.AsSpan(0, _table.RowCount),
        PromptTokens = _table.PromptTokens.AsSpan(0, _table.RowCount),
        WantedTokens = _table.WantedTokens.AsSpan(0, _table.RowCount),
        ComputedTokens = _table.ComputedTokens.AsSpan(0, _table.RowCount),
        GeneratedTokens = _table.GeneratedTokens.AsSpan(0, _table.RowCount),
        OutputTokensMax = _table.OutputTokensMax.AsSpan(0, _table.RowCount),
        BlocksHeld = _table.BlocksHeld.AsSpan(0, _table.RowCount),
        Preemptions = _table.Preemptions.AsSpan(0, _table.RowCount),
    };

    /// <summary>Asks the policy, checks its plan and books it. <see cref="Slices"/> then says what to execute; it is empty only when nothing waits or runs, or when requests were refused.</summary>
    public void PlanStep(long nowUs)
    {
        _slices.Clear();
        _preempted.Clear();
        _refused.Clear();
        _hasAdmitted = false;
        if (IsIdle) return;
        Place(PolicyPlan(View(nowUs)));
        // A plan counts shared blocks of several victims for nobody, so it may preempt all and grant nothing; the next plan sees them free.
        if (IsStalled && _preempted.Count > 0) Place(PolicyPlan(View(nowUs)));
        // All grants may have been deferred for want of sequence ids; the fallback lets those go on that have one.
        if (IsStalled) Place(FallbackPlan(View(nowUs)));
        if (_slices.Count > 0) Counters.Steps++;
    }

    /// <summary>
    /// For how many steps, the planned one included, the plan repeats itself unless a request arrives or ends; at least 1. More than 1 only
    /// when all that runs computes and either decodes or does not catch up yet, nobody was admitted, preempted or refused, and the policy
    /// promises it. Whether KV lasts so long is the caller's question.
    /// </summary>
    /// <exception cref="InvalidOperationException">The policy promises less than one step.</exception>
    public int RepeatableSteps(long nowUs)
    {
        var steps = StepsBeforeCaughtUp();
        if (steps == 1) return 1;
        var promised = Planner.RepeatingSteps(View(nowUs), _state, _plan);
        return promised >= 1 ? Math.Min(steps, promised) : throw new InvalidOperationException($"{Planner.Name} promises {promised} steps; the least is 1.");
    }

    /// <summary>
    /// The planned step was executed and completed <paramref name="times"/> times, every decoding row generated a token of unknown identity
    /// each time, nobody ended, and the policy's plan repeated itself: what is planned now is the step after them. The same books as after
    /// that many rounds of <see cref="CompleteStep"/>, <see cref="Generate"/> and <see cref="PlanStep"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The plan does not repeat itself so often, or KV does not last; the caller did not ask.</exception>
    public void RepeatStep(int times)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(times);
        if (times == 0) return;
        if (times >= StepsBeforeCaughtUp()) throw new InvalidOperationException($"The planned step does not repeat itself {times} times.");
        var slices = CollectionsMarshal.AsSpan(_slices);
        if (Kv.CachesPrefixes && ComputesPrompts(slices)) AdvanceOneByOne(slices, times);
        else AdvanceAtOnce(slices, times);
        Counters.Steps += times;
        _state.Repeated(times);
        _fallbackState.Repeated(times);
    }

    /// <summary>The planned step was executed: its tokens are in KV. Rows that were ended meanwhile are passed over.</summary>
    public void CompleteStep()
    {
        foreach (var slice in _slices)
        {
            if (_table.States[slice.Row] != RowState.Running) continue;
            _table.ComputedTokens[slice.Row] = slice.FromToken + slice.Tokens;
            Kv.Commit(slice.Sequence, slice.FromToken + slice.Tokens);
            Counters.ComputedTokens += slice.Tokens;
        }
    }

    /// <summary>The planned step failed without effect: nothing was computed, the rows keep their places and can be planned again or ended.</summary>
    public void AbandonStep() => _slices.Clear();

    /// <summary>One row's slice of the planned step failed without effect; the others' can still complete. The row keeps its place, as after <see cref="AbandonStep"/>.</summary>
    public void AbandonSlice(int row) => _slices.RemoveAll(slice => slice.Row == row);

    /// <summary>A row that has caught up generated a token, whose identity is known in the engine and unknown in the simulator.</summary>
    public void Generate(int row, int? token)
    {
        var content = _table.Spec(row).Content;
        if (token is { } known) content.Append(known);
        else content.AppendUnknown();
        _table.GeneratedTokens[row]++;
        _table.WantedTokens[row]++;
        Counters.GeneratedTokens++;
        _state.Generated(row);
        _fallbackState.Generated(row);
    }

    /// <summary>The row's request is over, wherever it stands. The predictor learns only from requests that ended by themselves.</summary>
    public void End(int row, RequestOutcome outcome)
    {
        var spec = _table.Spec(row);
        if (outcome is RequestOutcome.Stopped or RequestOutcome.LengthReached)
        {
            _options.Predictor.Observe(spec.Class, _table.PromptTokens[row], _table.GeneratedTokens[row]);
        }

        if (_table.States[row] == RowState.Running)
        {
            Kv.Close(_table.Sequences[row], keepsContent: outcome != RequestOutcome.BackendFailed);
            _running.Remove(row);
        }
        else
        {
            _waiting.Remove(row);
        }

        _state.Finished(row);
        _fallbackState.Finished(row);
        _table.Remove(row);
    }

    /// <summary>Proves that every request is in exactly one place and that the KV books hold.</summary>
    /// <exception cref="InvalidOperationException">A law is broken; the message names it.</exception>
    public void Verify()
    {
        Kv.Verify();
        if (Kv.SequencesOpen != _running.Count)
        {
            throw new InvalidOperationException($"{Kv.SequencesOpen} KV sequences are open for {_running.Count} running requests.");
        }

        foreach (var row in _running)
        {
            if (_table.States[row] != RowState.Running) throw new InvalidOperationException($"Row {row} runs but is {_table.States[row]}.");
        }

        foreach (var row in _waiting.Rows)
        {
            if (_table.States[row] != RowState.Waiting) throw new InvalidOperationException($"Row {row} waits but is {_table.States[row]}.");
        }
    }

    PrefixHit IBatchProbe.CachedPrefix(int waitingRow)
    {
        if (_probeStamps.Length < _table.RowCount)
        {
            Array.Resize(ref _probeStamps, _table.Ids.Length);
            Array.Resize(ref _probes, _table.Ids.Length);
        }

        if (_probeStamps[waitingRow] == _probeStamp) return _probes[waitingRow];
        var spec = _table.Spec(waitingRow);
        _probeStamps[waitingRow] = _probeStamp;
        return _probes[waitingRow] = Kv.Probe(spec.Content, spec.CacheDomain, _table.WantedTokens[waitingRow] - 1);
    }

    int IBatchProbe.BlocksExclusive(int runningRow) => Kv.BlocksExclusive(_table.Sequences[runningRow]);

    LengthBelief IBatchProbe.BelievedOutput(int row) => _options.Predictor.Predict(new LengthQuery(
        _table.Spec(row).Class, _table.PromptTokens[row], _table.GeneratedTokens[row], _table.OutputTokensMax[row]));

    /// <summary>Steps, the planned one included, in which every running row can be granted the same and still does not catch up, or decodes; at least 1.</summary>
    private int StepsBeforeCaughtUp()
    {
        if (!_isPolicyPlan || _hasAdmitted || _preempted.Count + _refused.Count > 0 || _slices.Count != _running.Count || _plan.Grants.Length != _slices.Count) return 1;
        var steps = int.MaxValue;
        foreach (ref readonly var slice in CollectionsMarshal.AsSpan(_slices))
        {
            if (!slice.IsDecode) steps = Math.Min(steps, (_table.WantedTokens[slice.Row] - slice.FromToken - 1) / slice.Tokens);
        }

        return Math.Max(1, steps);
    }

    private static bool ComputesPrompts(ReadOnlySpan<StepSlice> slices)
    {
        foreach (ref readonly var slice in slices)
        {
            if (!slice.IsDecode) return true;
        }

        return false;
    }

    /// <summary>Nothing is committed: prompts were when they were computed, and tokens of unknown identity are not cached.</summary>
    private void AdvanceAtOnce(Span<StepSlice> slices, int steps)
    {
        foreach (ref var slice in slices) Advance(ref slice, steps);
    }

    /// <summary>
    /// What becomes cached and what is evicted for it depends on their order, which is kept; decoding rows matter to it only when they take a
    /// block.
    /// </summary>
    private void AdvanceOneByOne(Span<StepSlice> slices, int steps)
    {
        for (var step = 1; step <= steps; step++)
        {
            foreach (ref readonly var slice in slices)
            {
                if (!slice.IsDecode) Kv.Commit(slice.Sequence, slice.FromToken + slice.Tokens);
            }

            foreach (ref var slice in slices)
            {
                if (!slice.IsDecode) Advance(ref slice, 1);
                else if (slice.FromToken + step + 1 > (long)_table.BlocksHeld[slice.Row] * Kv.BlockSizeTokens) Grow(slice, slice.FromToken + step + 1);
            }
        }

        foreach (ref var slice in slices)
        {
            if (slice.IsDecode) Advance(ref slice, steps);
        }
    }

    private void Advance(ref StepSlice slice, int steps)
    {
        var (row, tokens) = (slice.Row, slice.Tokens * steps);
        slice = slice with { FromToken = slice.FromToken + tokens };
        Grow(slice, slice.FromToken + slice.Tokens);
        _table.ComputedTokens[row] = slice.FromToken;
        Counters.ComputedTokens += tokens;
        if (!slice.IsDecode) return;
        _table.Spec(row).Content.AppendUnknown(steps);
        _table.GeneratedTokens[row] += steps;
        _table.WantedTokens[row] += steps;
        Counters.GeneratedTokens += steps;
    }

    private void Grow(in StepSlice slice, int tokensTotal)
    {
        if (!Kv.TryGrow(slice.Sequence, tokensTotal)) throw new InvalidOperationException($"KV does not last until row {slice.Row} has {tokensTotal} tokens.");
        _table.BlocksHeld[slice.Row] = Kv.BlocksOf(slice.Sequence);
    }

    private bool IsStalled => _slices.Count == 0 && _refused.Count == 0;

    private BatchPlan PolicyPlan(in BatchView view)
    {
        _probeStamp++;
        _plan.Clear();
        _isPolicyPlan = true;
        if (FaultOfPolicy(view) is not { } fault) return _plan;
        Counters.PlansRefused++;
        LastPlanFault = fault;
        return FallbackPlan(view);
    }

    private BatchPlan FallbackPlan(in BatchView view)
    {
        _probeStamp++;
        _plan.Clear();
        _isPolicyPlan = false;
        Fallback.Plan(view, _fallbackState, _plan);
        return _plan;
    }

    private string? FaultOfPolicy(in BatchView view)
    {
        try
        {
            _options.Planner.Plan(view, _state, _plan);
        }
#pragma warning disable CA1031 // A policy may be anybody's code: whatever it throws is contained here and reported.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return $"{Planner.Name} threw {exception.GetType().Name}: {exception.Message}";
        }

        return _validator.FindFault(view, _plan) ?? (_plan.IsEmpty ? $"{Planner.Name} planned nothing while {RunningCount} run and {WaitingCount} wait" : null);
    }

    private void Preempt(int row)
    {
        Kv.Close(_table.Sequences[row]);
        Counters.Preemptions++;
        _table.LostTokens[row] = _table.ComputedTokens[row];
        Counters.RecomputedTokens += _table.LostTokens[row];
        _table.ComputedTokens[row] = _table.BlocksHeld[row] = 0;
        _table.Preemptions[row]++;
        _table.States[row] = RowState.Waiting;
        _running.Remove(row);
        _waiting.Prepend(row);
        _preempted.Add(row);
        _state.Preempted(row);
        _fallbackState.Preempted(row);
    }

    private void Place(BatchPlan plan)
    {
        foreach (var row in plan.Preemptions) Preempt(row);
        foreach (var refusal in plan.Refusals) _refused.Add(refusal);
        PlaceGrants(plan.Grants);
    }

    /// <summary>All admissions take their cached prefixes before anything is allocated, so that no allocation evicts what a later grant counted on.</summary>
    private void PlaceGrants(ReadOnlySpan<Grant> grants)
    {
        _placed.Clear();
        foreach (var grant in grants)
        {
            if (_table.States[grant.Row] == RowState.Running || TryAdmit(grant.Row)) _placed.Add((grant.Row, _table.Sequences[grant.Row], grant));
            else Counters.GrantsDeferred++;
        }

        foreach (var (row, sequence, grant) in _placed)
        {
            var computed = _table.ComputedTokens[row];
            if (Kv.TryGrow(sequence, Math.Max(grant.ReserveTokens, computed + grant.Tokens))) AddSlice(row, sequence, computed, grant.Tokens);
            else Counters.GrantsDeferred++;
        }
    }

    private bool TryAdmit(int row)
    {
        var spec = _table.Spec(row);
        if (!Kv.TryOpen(spec.Content, spec.CacheDomain, _table.WantedTokens[row] - 1, out var sequence, out var hitTokens)) return false;
        _waiting.Remove(row);
        _running.Add(row);
        _hasAdmitted = true;
        _table.States[row] = RowState.Running;
        _table.Sequences[row] = sequence;
        _table.ComputedTokens[row] = hitTokens;
        _table.BlocksHeld[row] = Kv.BlocksOf(sequence);
        Counters.RecomputedTokens -= Math.Min(hitTokens, _table.LostTokens[row]);
        _table.LostTokens[row] = 0;
        return true;
    }

    private void AddSlice(int row, int sequence, int computed, int tokens)
    {
        _table.BlocksHeld[row] = Kv.BlocksOf(sequence);
        var generates = computed + tokens == _table.WantedTokens[row];
        var isDecode = tokens == 1 && generates && _table.GeneratedTokens[row] > 0;
        _slices.Add(new StepSlice(row, sequence, computed, tokens, generates, isDecode));
        _state.Granted(row, tokens);
        _fallbackState.Granted(row, tokens);
    }
}
