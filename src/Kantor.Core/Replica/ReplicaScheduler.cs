using System.Runtime.InteropServices;
using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Requests;

namespace Kantor.Core.Replica;

/// <summary>
/// The scheduler of one replica, the same in the simulator and in the engine: queue, batch, KV books and policy. A host runs it as
/// <c>PlanStep → execute → CompleteStep → Generate / End per finished row</c>, or <c>AbandonStep</c> when executing failed.
/// </summary>
/// <remarks>Owner: the host's loop; one thread. Pure bookkeeping: no clock, no I/O.</remarks>
public sealed partial class ReplicaScheduler : IBatchProbe
{
    // It remembers nothing, so all schedulers share its state and nothing is told to it.
    private static readonly FcfsPlanner Fallback = new();
    private static readonly PolicyState FallbackState = Fallback.NewState();

    private readonly ReplicaOptions _options;
    private readonly RequestTable _table = new();
    private readonly List<int> _running = [];
    private readonly WaitingLine _waiting = new();
    private readonly PolicyState _state;
    private readonly PlanValidator _validator = new();
    private readonly BatchPlan _plan = new();
    private readonly List<StepSlice> _slices = [];
    private readonly List<int> _preempted = [];
    private readonly List<Refusal> _refused = [];
    private bool _isPolicyPlan;
    private bool _hasAdmitted;
    private long _probeStamp;
    private long _admissions;
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

    /// <summary>Whether no request is here.</summary>
    public bool IsIdle => WaitingCount == 0 && RunningCount == 0 && ParkedCount == 0;

    /// <summary>Whether something waits or runs, so that a step can be asked for.</summary>
    public bool HasWork => WaitingCount > 0 || RunningCount > 0;

    /// <summary>Slices of the planned step.</summary>
    public ReadOnlySpan<StepSlice> Slices => CollectionsMarshal.AsSpan(_slices);

    /// <summary>Rows that the last plan preempted.</summary>
    public ReadOnlySpan<int> Preempted => CollectionsMarshal.AsSpan(_preempted);

    /// <summary>Rows that the last plan refused; the host ends each with <see cref="End"/>.</summary>
    public ReadOnlySpan<Refusal> Refused => CollectionsMarshal.AsSpan(_refused);

    /// <summary>The request of a row.</summary>
    public RequestSpec Spec(int row) => _table.Spec(row);

    /// <summary>The name of the row's request.</summary>
    public RequestId IdOf(int row) => new(_table.Ids[row]);

    /// <summary>The row of a request that is here; false when it is not.</summary>
    public bool TryFind(RequestId id, out int row)
    {
        row = 0;
        var rows = _table.Ids.AsSpan(0, _table.RowCount);
        while (rows[row..].IndexOf(id.Value) is >= 0 and var skipped)
        {
            row += skipped;
            if (_table.States[row] != RowState.Free) return true;
            row++;
        }

        return false;
    }

    /// <summary>Tokens that the row's request has generated.</summary>
    public int GeneratedTokens(int row) => _table.GeneratedTokens[row];

    /// <summary>How often the row's request was preempted.</summary>
    public int Preemptions(int row) => _table.Preemptions[row];

    /// <summary>
    /// Takes a request into the queue, or says why it never can be: it could not finish even alone, or the queue is at its limit.
    /// </summary>
    public bool TryEnqueue(RequestSpec spec, out int row, out RequestOutcome refusal) => TryTakeOver(spec, default, out row, out refusal);

    /// <summary>
    /// <see cref="TryEnqueue"/> for a request that was served elsewhere so far: its content ends with the tokens that it has generated, and the
    /// KV of its first tokens can be had from there.
    /// </summary>
    public bool TryTakeOver(RequestSpec spec, Handover handover, out int row, out RequestOutcome refusal)
    {
        row = 0;
        refusal = RequestOutcome.RefusedQueueFull;
        if (_waiting.Count >= _options.Limits.WaitingMax) return false;
        refusal = RequestOutcome.RefusedNeverFits;
        var outputTokensMax = Math.Min(spec.Facts.OutputTokensMax, handover.GeneratedTokens + (_options.OutputTokensHere ?? spec.Facts.OutputTokensMax));
        if (!CanEverFit(spec.Facts.PromptTokens, outputTokensMax)) return false;
        row = _table.Add(spec, outputTokensMax, handover);
        _waiting.Append(row);
        _state.Arrived(spec.Facts, row);
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
        Returning = CollectionsMarshal.AsSpan(_returning),
        Waiting = _waiting.Rows,
        States = _table.States.AsSpan(0, _table.RowCount),
        Ids = _table.Ids.AsSpan(0, _table.RowCount),
        Classes = _table.Classes.AsSpan(0, _table.RowCount),
        Tenants = _table.Tenants.AsSpan(0, _table.RowCount),
        Priorities = _table.Priorities.AsSpan(0, _table.RowCount),
        Adapters = _table.Adapters.AsSpan(0, _table.RowCount),
        DraftTokens = _table.DraftTokens.AsSpan(0, _table.RowCount),
        ArrivalUs = _table.ArrivalUs.AsSpan(0, _table.RowCount),
        PromptTokens = _table.PromptTokens.AsSpan(0, _table.RowCount),
        WantedTokens = _table.WantedTokens.AsSpan(0, _table.RowCount),
        ComputedTokens = _table.ComputedTokens.AsSpan(0, _table.RowCount),
        GeneratedTokens = _table.GeneratedTokens.AsSpan(0, _table.RowCount),
        OutputTokensMax = _table.OutputTokensMax.AsSpan(0, _table.RowCount),
        BlocksHeld = _table.BlocksHeld.AsSpan(0, _table.RowCount),
        Preemptions = _table.Preemptions.AsSpan(0, _table.RowCount),
    };

    /// <summary>Asks the policy, checks its plan and books it. <see cref="Slices"/> then says what to execute; it is empty only when nothing waits or runs, when requests were refused, or when all that could run waits for parked rows or for KV that is being loaded.</summary>
    public void PlanStep(long nowUs)
    {
        _slices.Clear();
        _preempted.Clear();
        _refused.Clear();
        _loads.Clear();
        SwappedOutTokens = 0;
        _hasAdmitted = false;
        if (!HasWork) return;
        Place(PolicyPlan(View(nowUs)));
        // A plan counts shared blocks of several victims for nobody, so it may preempt all and grant nothing; the next plan sees them free.
        if (IsStalled && _preempted.Count > 0) Place(PolicyPlan(View(nowUs)));
        // All grants may have been deferred for want of sequence ids; the fallback lets those go on that have one.
        if (IsStalled) Place(FallbackPlan(View(nowUs)));
        if (_slices.Count > 0) Counters.Steps++;
    }

    /// <summary>The planned step was executed: its tokens are in KV. Rows that were ended meanwhile are passed over.</summary>
    public void CompleteStep()
    {
        foreach (var slice in _slices)
        {
            if (_table.States[slice.Row] != RowState.Running) continue;
            // Guesses count as computed only once they are accepted.
            var computed = slice.IsDecode ? slice.FromToken + 1 : Math.Min(slice.FromToken + slice.Tokens, _table.WantedTokens[slice.Row] - _table.DraftTokens[slice.Row]);
            _table.ComputedTokens[slice.Row] = computed;
            if (Kv.CachesPrefixes) Kv.Commit(slice.Sequence, computed);
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
        var content = _table.Content(row);
        if (_table.GeneratedTokens[row] == 0) StoreInTier(row);
        if (token is { } known) content.Append(known);
        else content.AppendUnknown();
        _table.GeneratedTokens[row]++;
        _table.WantedTokens[row]++;
        if (_options.DraftTokens > 0) Guess(row);
        Counters.GeneratedTokens++;
        _state.Generated(IdOf(row), row, 1);
    }

    /// <summary>The row's request is over, wherever it stands. The predictor learns only from requests that ended by themselves.</summary>
    public void End(int row, RequestOutcome outcome)
    {
        var spec = _table.Spec(row);
        if (outcome is RequestOutcome.Stopped or RequestOutcome.LengthReached)
        {
            _options.Predictor.Observe(spec.Facts.Class, _table.PromptTokens[row], _table.GeneratedTokens[row]);
        }

        Drop(row, outcome);
    }

    /// <summary>Proves that every request is in exactly one place and that the KV books hold.</summary>
    /// <exception cref="InvalidOperationException">A law is broken; the message names it.</exception>
    public void Verify()
    {
        Kv.Verify();
        if (Kv.SequencesOpen != _running.Count + ParkedCount)
        {
            throw new InvalidOperationException($"{Kv.SequencesOpen} KV sequences are open for {_running.Count} running and {ParkedCount} parked requests.");
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
        var cached = Kv.Probe(spec.Content, spec.Facts.CacheDomain, _table.WantedTokens[waitingRow] - 1);
        return _probes[waitingRow] = WithLoad(waitingRow, cached);
    }

    int IBatchProbe.BlocksExclusive(int runningRow) => Kv.BlocksExclusive(_table.Sequences[runningRow]);

    LengthBelief IBatchProbe.BelievedOutput(int row) => _options.Predictor.Predict(new LengthQuery(
        _table.Spec(row).Facts.Class, _table.PromptTokens[row], _table.GeneratedTokens[row], _table.OutputTokensMax[row]));

    private bool IsStalled => _slices.Count == 0 && _refused.Count == 0 && ParkedCount == 0;

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
        Fallback.Plan(view, FallbackState, _plan);
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

        return _validator.FindFault(view, _plan) ?? (_plan.IsEmpty && ParkedCount == 0 ? $"{Planner.Name} planned nothing while {RunningCount} run and {WaitingCount} wait" : null);
    }

    private void Preempt(int row)
    {
        StoreInTier(row);
        Kv.Close(_table.Sequences[row]);
        Counters.Preemptions++;
        _table.LostTokens[row] = TrySwapOut(row) ? 0 : _table.ComputedTokens[row];
        Counters.RecomputedTokens += _table.LostTokens[row];
        _table.WantedTokens[row] -= _table.DraftTokens[row];
        _table.ComputedTokens[row] = _table.BlocksHeld[row] = _table.DraftTokens[row] = 0;
        _table.Preemptions[row]++;
        _table.States[row] = RowState.Waiting;
        _running.Remove(row);
        _waiting.Prepend(row);
        _preempted.Add(row);
        _state.Preempted(IdOf(row), row);
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
        var admissionsBefore = _admissions;
        foreach (ref readonly var grant in grants)
        {
            if (_table.States[grant.Row] != RowState.Running && !TryAdmit(grant.Row)) Counters.GrantsDeferred++;
        }

        foreach (ref readonly var grant in grants)
        {
            if (_table.States[grant.Row] != RowState.Running) continue;
            var (row, sequence, computed) = (grant.Row, _table.Sequences[grant.Row], _table.ComputedTokens[grant.Row]);
            if (_table.Admissions[row] >= admissionsBefore && TryLoad(row, sequence, computed)) continue;
            if (TryHold(row, Math.Max(grant.ReserveTokens, computed + grant.Tokens))) AddSlice(row, sequence, computed, grant.Tokens);
            else Counters.GrantsDeferred++;
        }
    }

    /// <summary>Room for as many tokens of a row; the books are asked only when its blocks do not do.</summary>
    private bool TryHold(int row, int tokens)
    {
        if (tokens <= (long)_table.BlocksHeld[row] * Kv.BlockSizeTokens) return true;
        if (!Kv.TryGrow(_table.Sequences[row], tokens)) return false;
        _table.BlocksHeld[row] = Kv.BlocksOf(_table.Sequences[row]);
        return true;
    }

    private bool TryAdmit(int row)
    {
        var spec = _table.Spec(row);
        if (!Kv.TryOpen(spec.Content, spec.Facts.CacheDomain, _table.WantedTokens[row] - 1, out var sequence, out var hitTokens)) return false;
        _waiting.Remove(row);
        _running.Add(row);
        _hasAdmitted = true;
        _table.States[row] = RowState.Running;
        _table.Sequences[row] = sequence;
        _table.ComputedTokens[row] = hitTokens;
        _table.BlocksHeld[row] = Kv.BlocksOf(sequence);
        _table.Admissions[row] = _admissions++;
        if (_table.Preemptions[row] == 0) _table.CachedTokens[row] = hitTokens;
        CreditFound(row, hitTokens);
        return true;
    }

    private void AddSlice(int row, int sequence, int computed, int tokens)
    {
        var known = _table.WantedTokens[row] - _table.DraftTokens[row];
        var generates = computed + tokens >= known;
        var isDecode = computed == known - 1 && _table.GeneratedTokens[row] > 0;
        _slices.Add(new StepSlice(row, sequence, computed, tokens, generates, isDecode));
        _state.Granted(IdOf(row), row, tokens);
    }
}
