using System.Runtime.InteropServices;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Replica;

/// <summary>
/// The scheduler of one replica, the same in the simulator and in the engine: queue, batch, KV books and policy. A host runs it as
/// <c>PlanStep → execute → CompleteStep → Generate / End per finished row</c>, or <c>AbandonStep</c> when executing failed.
/// </summary>
/// <remarks>
/// Owner: the host's loop; one thread. Pure bookkeeping: no clock, no I/O. The host says by <see cref="TimeIs"/> when something happens
/// that is no
/// <see cref="PlanStep"/>. The parts: <see cref="ReplicaBooks"/> say who is here, <see cref="PlanDesk"/> gets plans,
/// <see cref="PlanBooking"/> books them, <see cref="StepRepeater"/> books equal steps at once.
/// </remarks>
public sealed class ReplicaScheduler
{
    private readonly ReplicaOptions _options;
    private readonly ReplicaBooks _books;
    private readonly ReplicaProbe _probe;
    private readonly PlanDesk _desk;
    private readonly PlanBooking _booking;
    private readonly StepRepeater _repeater;

    // Columns at hand, because every row of every step needs them.
    private readonly Column<RowState> _states;
    private readonly Column<int> _sequences;
    private readonly Column<int> _wanted;
    private readonly Column<int> _drafts;
    private readonly Column<int> _computed;
    private readonly Column<int> _generated;
    private readonly Column<long?> _lastTokenUs;

    /// <summary>An idle replica.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit or size is out of range.</exception>
    public ReplicaScheduler(ReplicaOptions options)
    {
        options.Validate();
        _options = options;
        _books = new ReplicaBooks(options);
        (_states, _sequences) = (Table.States, Table.Sequences);
        (_wanted, _drafts, _computed) = (Table.WantedTokens, Table.DraftTokens, Table.ComputedTokens);
        (_generated, _lastTokenUs) = (Table.GeneratedTokens, Table.LastTokenUs);
        _probe = new ReplicaProbe(_books);
        _desk = new PlanDesk(_books);
        _booking = new PlanBooking(_books);
        _repeater = new StepRepeater(_books, _booking, _desk);
    }

    /// <summary>The KV books. Only the scheduler changes them.</summary>
    public KvLedger Kv => _books.Kv;

    /// <summary>The policy.</summary>
    public IBatchPlanner Planner => _options.Planner;

    /// <summary>What was done so far.</summary>
    public SchedulerCounters Counters => _books.Counters;

    /// <summary>What was wrong with the last refused plan; null when none was refused.</summary>
    public string? LastPlanFault => _desk.LastFault;

    /// <summary>Requests that wait.</summary>
    public int WaitingCount => _books.Waiting.Count;

    /// <summary>Requests that hold KV and take part in the batch.</summary>
    public int RunningCount => _books.Places.RunningCount;

    /// <summary>Requests that hold KV and take part in no batch until <see cref="Unpark"/>.</summary>
    public int ParkedCount => _books.Places.ParkedCount;

    /// <summary>Whether no request is here.</summary>
    public bool IsIdle => !HasWork && ParkedCount == 0;

    /// <summary>Whether something waits or runs, so that a step can be asked for.</summary>
    public bool HasWork => _books.HasWork;

    /// <summary>
    /// Until when the policy holds, in microseconds of the host's clock: the last plan has no slices on purpose. The host plans again then,
    /// or when anything happens here before. Null when it does not hold.
    /// </summary>
    public long? HeldUntilUs => Slices.IsEmpty && HasWork ? _desk.HeldUntilUs : null;

    /// <summary>Slices of the planned step.</summary>
    public ReadOnlySpan<StepSlice> Slices => CollectionsMarshal.AsSpan(_booking.Slices);

    /// <summary>Rows that the last plan preempted.</summary>
    public ReadOnlySpan<int> Preempted => _booking.Preempted;

    /// <summary>Rows that the last plan refused; the host ends each with <see cref="End"/>.</summary>
    public ReadOnlySpan<Refusal> Refused => _booking.Refused;

    /// <summary>KV that the last plan asks for from elsewhere; the host reports each with <see cref="Loaded"/> when it is there.</summary>
    public ReadOnlySpan<KvLoad> Loads => _books.Elsewhere.Loads;

    /// <summary>Tokens whose KV the last plan moved to <see cref="ReplicaOptions.Swap"/>.</summary>
    public int SwappedOutTokens => _books.Elsewhere.SwappedOutTokens;

    /// <summary>Blocks of <see cref="ReplicaOptions.Swap"/> that preempted requests hold.</summary>
    public int SwapBlocksUsed => _books.Elsewhere.SwapBlocksUsed;

    private RequestTable Table => _books.Table;

    private bool IsStalled => Slices.IsEmpty && Refused.IsEmpty && ParkedCount == 0 && _desk.HeldUntilUs is null;

    /// <summary>The request of a row.</summary>
    public RequestSpec Spec(int row) => Table.Spec(row);

    /// <summary>The name of the row's request.</summary>
    public RequestId IdOf(int row) => _books.IdOf(row);

    /// <summary>The row of a request that is here; false when it is not.</summary>
    public bool TryFind(RequestId id, out int row) => Table.TryFind(id, out row);

    /// <summary>
    /// Tokens that all requests here miss: what waits, what is computed in part, and one of each decode. Takes a pass over them.
    /// </summary>
    public long MissingTokens()
    {
        var missing = 0L;
        for (var row = 0; row < Table.RowCount; row++)
        {
            if (_states[row] != RowState.Free) missing += _wanted[row] - _computed[row];
        }

        return missing;
    }

    /// <summary>Rows of all requests that are here.</summary>
    public IReadOnlyList<int> LiveRows() => [.. Enumerable.Range(0, Table.RowCount).Where(row => _states[row] != RowState.Free)];

    /// <summary>Tokens that the row's request has generated.</summary>
    public int GeneratedTokens(int row) => _generated[row];

    /// <summary>Tokens that the row's request did not have to compute when it was first admitted here.</summary>
    public int CachedTokens(int row) => Table.CachedTokens[row];

    /// <summary>How often the row's request was preempted.</summary>
    public int Preemptions(int row) => Table.Preemptions[row];

    /// <summary>Whether the slice's row still runs what was planned, and did not end meanwhile.</summary>
    public bool IsAlive(in StepSlice slice) => _states[slice.Row] == RowState.Running && _sequences[slice.Row] == slice.Sequence;

    /// <summary>It is this time, in microseconds of the host's clock: what the host reports next happens now.</summary>
    public void TimeIs(long nowUs) => _books.TimeIs(nowUs);

    /// <summary>
    /// Takes a request into the queue, or says why it never can be: it could not finish even alone, or the queue is at its limit.
    /// </summary>
    public bool TryEnqueue(RequestSpec spec, out int row, out RequestOutcome refusal) => TryTakeOver(spec, default, out row, out refusal);

    /// <summary>
    /// <see cref="TryEnqueue"/> for a request that was served elsewhere so far: its content ends with the tokens that it has generated, and
    /// the KV of its first tokens can be had from there.
    /// </summary>
    /// <exception cref="ArgumentException">KV is handed over, and no place says where it lies.</exception>
    public bool TryTakeOver(RequestSpec spec, Handover handover, out int row, out RequestOutcome refusal)
    {
        if (handover is { KvTokens: > 0, Place: null })
        {
            throw new ArgumentException("KV that is handed over lies in a place.", nameof(handover));
        }

        row = 0;
        refusal = RequestOutcome.RefusedQueueFull;
        if (_books.Waiting.Count >= _options.Limits.WaitingMax) return false;
        refusal = RequestOutcome.RefusedNeverFits;
        var declared = spec.Facts.OutputTokensMax;
        var outputTokensMax = Math.Min(declared, handover.GeneratedTokens + (_options.OutputTokensHere ?? declared));
        if (!CanEverFit(spec.Facts.PromptTokens, outputTokensMax)) return false;
        row = Table.Add(spec, outputTokensMax, handover.GeneratedTokens);
        _books.Elsewhere.Note(row, handover);
        _books.Waiting.Append(row);
        _books.Events.Arrived(spec.Facts, row);
        _books.Events.Described(spec.Facts, spec.Content);
        return true;
    }

    /// <summary>
    /// Whether a request of this prompt and declared output fits an empty pool. The newest token of a request needs no KV.
    /// </summary>
    public bool CanEverFit(int promptTokens, int outputTokensMax) =>
        promptTokens >= 1 && outputTokensMax >= 1
        && (long)promptTokens + outputTokensMax - 1 <= (long)Kv.BlocksTotal * Kv.BlockSizeTokens;

    /// <summary>The moment as the policy sees it.</summary>
    public BatchView View(long nowUs) => new(Table, _probe)
    {
        NowUs = nowUs,
        Limits = _options.Limits,
        BlockSizeTokens = Kv.BlockSizeTokens,
        KvBlocksTotal = Kv.BlocksTotal,
        KvBlocksAvailable = Kv.BlocksAvailable,
        StepTime = _options.StepTime,
        Running = _books.Places.Running,
        Returning = _books.Places.Returning,
        Waiting = _books.Waiting.Rows,
        ServiceClasses = _options.Classes,
        Log = _options.Log,
    };

    /// <summary>
    /// Asks the policy, checks its plan and books it. <see cref="Slices"/> then says what to execute; it is empty only when nothing waits
    /// or runs, when requests were refused, when all that could run waits for parked rows or for KV that is being loaded, or when the
    /// policy holds.
    /// </summary>
    public void PlanStep(long nowUs)
    {
        TimeIs(nowUs);
        _booking.BeginPlan();
        _books.Elsewhere.BeginPlan();
        if (!HasWork) return;
        Place(nowUs);
        // A plan counts shared blocks of several victims for nobody, so it may preempt all and grant nothing; the next plan sees them free.
        if (IsStalled && !Preempted.IsEmpty) Place(nowUs);
        // All grants may have been deferred for want of sequence ids; the fallback lets those go on that have one.
        if (IsStalled) Place(nowUs, isFallback: true);
        if (!Slices.IsEmpty) Counters.Steps++;
    }

    /// <summary>
    /// The planned step was executed: its tokens are in KV. Rows that were ended meanwhile are passed over. With <paramref name="stepUs"/>,
    /// the microseconds that all of it took, the policies hear of it.
    /// </summary>
    public void CompleteStep(long? stepUs = null)
    {
        foreach (ref readonly var slice in Slices)
        {
            if (_states[slice.Row] == RowState.Running) Complete(slice);
        }

        if (stepUs is { } us && !Slices.IsEmpty) _books.HearsSteps?.Stepped(StepSlice.LoadOf(Slices), us);
    }

    /// <summary>
    /// Of a completed decode's guesses the first <paramref name="tokens"/> were right, so their KV is valid; <see cref="Generate"/> follows
    /// for each of them and for the token after.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">More were right than were checked.</exception>
    public void Accept(in StepSlice slice, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, slice.IsDecode ? slice.Tokens - 1 : 0);
        _computed[slice.Row] += tokens;
    }

    /// <summary>
    /// The planned step failed without effect: nothing was computed, the rows keep their places and can be planned again or ended. Only
    /// those that began with what another was to compute in the same step wait again.
    /// </summary>
    public void AbandonStep() => _booking.Abandon();

    /// <summary>
    /// One row's slice of the planned step failed without effect; the others' can still complete, except those that began with what it was
    /// to compute, which wait again. The row keeps its place, as after <see cref="AbandonStep"/>.
    /// </summary>
    public void AbandonSlice(int row) => _booking.Abandon(row);

    /// <summary>A row that has caught up generated a token, whose identity is known in the engine and unknown in the simulator.</summary>
    public void Generate(int row, int? token)
    {
        var content = Table.Content(row);
        if (_generated[row]++ == 0) BeginAnswer(row);
        if (token is { } known) content.Append(known);
        else content.AppendUnknown();
        _wanted[row]++;
        _lastTokenUs[row] = _books.NowUs;
        if (_options.DraftTokens > 0) Guess(row);
        Counters.GeneratedTokens++;
        _books.HearsTokens?.Generated(IdOf(row), row, 1);
    }

    /// <summary>The row's request is over, wherever it stands.</summary>
    public void End(int row, RequestOutcome outcome) => _books.Drop(row, outcome);

    /// <summary>The row's request goes on elsewhere: it leaves without an outcome.</summary>
    public void Leave(int row) => _books.Drop(row, null);

    /// <summary>
    /// For how many steps, the planned one included, the plan repeats itself unless a request arrives or ends; at least 1. More than 1 only
    /// when all that runs computes and either decodes or does not catch up yet, nobody was admitted, preempted or refused, and the policy
    /// promises it. Whether KV lasts so long is the caller's question.
    /// </summary>
    /// <exception cref="InvalidOperationException">The policy promises less than one step.</exception>
    public int RepeatableSteps(long nowUs) => _repeater.RepeatableSteps(View(nowUs));

    /// <summary>
    /// The planned step was executed and completed <paramref name="times"/> times, every decoding row generated a token of unknown identity
    /// each time, nobody ended, and the policy's plan repeated itself: what is planned now is the step after them. The same books as after
    /// that many rounds of <see cref="CompleteStep"/>, <see cref="Generate"/> and <see cref="PlanStep"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The plan does not repeat itself so often, or KV does not last; the caller did not
    /// ask.</exception>
    public void RepeatStep(int times)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(times);
        if (times > 0) _repeater.Repeat(times);
    }

    /// <summary>
    /// The running row keeps its KV and takes part in no batch. One that <paramref name="returns"/> keeps its place too, because a step of
    /// it is under way or its KV is on the way to it; one that does not only waits until its KV was copied away.
    /// </summary>
    /// <exception cref="InvalidOperationException">The row does not run.</exception>
    public void Park(int row, bool returns = true) => _books.Places.Park(row, returns);

    /// <summary>The parked row runs again, at its place in the order of admission.</summary>
    /// <exception cref="InvalidOperationException">The row is not parked.</exception>
    public void Unpark(int row) => _books.Places.Unpark(row);

    /// <summary>
    /// Hands the planned step out of the scheduler, so that another can be planned while it is under way: its rows are parked until
    /// <see cref="ResumeStep"/>.
    /// </summary>
    public StepInFlight TakeStep()
    {
        var step = new StepInFlight([.. _booking.Slices], [.. _booking.Slices.Select(slice => Table.Ids[slice.Row])]);
        foreach (var slice in step.Slices) Park(slice.Row);
        _booking.Slices.Clear();
        return step;
    }

    /// <summary>
    /// The step is the planned one again, without the rows that ended meanwhile; <see cref="CompleteStep"/> and the rest follow as usual.
    /// </summary>
    public void ResumeStep(StepInFlight step)
    {
        _booking.Slices.Clear();
        for (var index = 0; index < step.Slices.Count; index++)
        {
            var slice = step.Slices[index];
            if (!IsParkedFor(slice.Row, step.Ids[index])) continue;
            Unpark(slice.Row);
            _booking.Slices.Add(slice);
        }
    }

    /// <summary>
    /// The KV of a load is there, in any order: with the last of its loads the row runs. False when it waits for more, or its request ended
    /// meanwhile.
    /// </summary>
    public bool Loaded(in KvLoad load)
    {
        if (!IsParkedFor(load.Row, load.Id)) return false;
        if (!_books.Elsewhere.TryEndLoad(load)) return false;
        Unpark(load.Row);
        return true;
    }

    /// <summary>
    /// The KV of a load, the only one of its row, will not come: the row runs with what it has, and computes the rest. False when its
    /// request ended meanwhile.
    /// </summary>
    public bool LoadFailed(in KvLoad load)
    {
        if (!IsParkedFor(load.Row, load.Id)) return false;
        _books.Elsewhere.Forget(load.Row);
        Unpark(load.Row);
        return true;
    }

    /// <summary>
    /// Copies between the pool and places that <see cref="KvPlace.CopiesAtOnce"/> failed: what lies there is lost, nothing is kept there
    /// any more, and those whom the planned step admits wait again, because what they begin with may not have come. The step has no slices.
    /// </summary>
    public void LoseCopies()
    {
        _books.Elsewhere.CloseTiers();
        _booking.PutBackAdmitted();
    }

    /// <summary>The KV that a row had in this place is gone; one that has not been admitted computes it.</summary>
    public void Lose(int row, KvPlace place) => _books.Elsewhere.Lose(row, place);

    /// <summary>Proves that every request is in exactly one place and that the KV books hold.</summary>
    /// <exception cref="InvalidOperationException">A law is broken; the message names it.</exception>
    public void Verify() => _books.Verify();

    private bool IsParkedFor(int row, long id) => _states[row] == RowState.Parked && Table.Ids[row] == id;

    private void Place(long nowUs, bool isFallback = false)
    {
        _probe.BeginPlan();
        _booking.Place(isFallback ? _desk.MakeFallback(View(nowUs)) : _desk.Make(View(nowUs)));
        _probe.EndPlan();
    }

    private void Complete(in StepSlice slice)
    {
        // Guesses count as computed only once they are accepted.
        var known = _wanted[slice.Row] - _drafts[slice.Row];
        var computed = slice.IsDecode ? slice.FromToken + 1 : Math.Min(slice.FromToken + slice.Tokens, known);
        _computed[slice.Row] = computed;
        if (Kv.CachesPrefixes) Kv.Commit(slice.Sequence, computed);
        Counters.ComputedTokens += slice.Tokens;
    }

    private void BeginAnswer(int row)
    {
        _books.Elsewhere.StoreInTiers(row, leavesPool: false);
        Table.FirstTokenUs[row] = _books.NowUs;
    }

    /// <summary>The row's next decode checks as many guesses as are allowed and as its declared output has room for.</summary>
    private void Guess(int row)
    {
        var tokens = Math.Max(0, Math.Min(_options.DraftTokens, Table.OutputTokensMax[row] - _generated[row] - 1));
        _wanted[row] += tokens - _drafts[row];
        _drafts[row] = tokens;
    }
}
