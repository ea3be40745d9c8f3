using System.Runtime.InteropServices;
using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Replica;

/// <summary>Books a plan: preemptions, refusals, admissions and room, and writes down what the step computes.</summary>
internal sealed class PlanBooking(ReplicaBooks books)
{
    private readonly RequestTable _table = books.Table;

    // Columns at hand, because every row of every step needs them.
    private readonly Column<RowState> _states = books.Table.States;
    private readonly Column<long> _admissions = books.Table.Admissions;
    private readonly Column<int> _sequences = books.Table.Sequences;
    private readonly Column<int> _computed = books.Table.ComputedTokens;
    private readonly Column<int> _wanted = books.Table.WantedTokens;
    private readonly Column<int> _drafts = books.Table.DraftTokens;
    private readonly Column<int> _generated = books.Table.GeneratedTokens;
    private readonly Column<int> _blocksHeld = books.Table.BlocksHeld;

    private readonly List<StepSlice> _slices = [];
    private readonly List<int> _preempted = [];
    private readonly List<Refusal> _refused = [];
    private readonly HashSet<int> _computing = [];
    private long _admissionsBefore;

    /// <summary>What the step computes.</summary>
    public List<StepSlice> Slices => _slices;

    public ReadOnlySpan<int> Preempted => CollectionsMarshal.AsSpan(_preempted);

    public ReadOnlySpan<Refusal> Refused => CollectionsMarshal.AsSpan(_refused);

    /// <summary>Whether somebody was admitted.</summary>
    public bool HasAdmitted { get; private set; }

    public void BeginPlan()
    {
        _slices.Clear();
        _preempted.Clear();
        _refused.Clear();
        HasAdmitted = false;
        _admissionsBefore = books.Places.Admissions;
    }

    /// <summary>Those whom the step admits wait again, as if they had never begun, and the step is not executed.</summary>
    public void PutBackAdmitted()
    {
        Abandon();
        foreach (var row in books.Places.Running.ToArray().Where(row => _admissions[row] >= _admissionsBefore))
        {
            _computed[row] = 0;
            Preempt(row, keepsContent: false);
        }
    }

    /// <summary>The step was not executed.</summary>
    public void Abandon()
    {
        if (books.Kv.BlocksAnnounced > 0)
        {
            foreach (ref readonly var slice in CollectionsMarshal.AsSpan(_slices)) Withdraw(slice);
            PutBackUnfounded();
        }

        _slices.Clear();
    }

    /// <summary>One row's slice was not executed, and with it those that begin with what it was to compute.</summary>
    public void Abandon(int row)
    {
        var index = _slices.FindIndex(slice => slice.Row == row);
        if (index < 0) return;
        Withdraw(_slices[index]);
        _slices.RemoveAt(index);
        PutBackUnfounded();
    }

    public void Place(BatchPlan plan)
    {
        books.Events.Decided(DecisionKind.Plan, default, plan.Grants.Length);
        if (plan.HoldsUntilUs is { } untilUs) books.Events.Decided(DecisionKind.Hold, default, untilUs);
        foreach (var row in plan.Preemptions) Preempt(row);
        foreach (var refusal in plan.Refusals) Refuse(refusal);
        PlaceGrants(plan.Grants);
    }

    private void Refuse(in Refusal refusal)
    {
        _refused.Add(refusal);
        books.Events.Decided(DecisionKind.Refuse, books.IdOf(refusal.Row), (long)refusal.Reason);
    }

    private void PlaceGrants(ReadOnlySpan<Grant> grants)
    {
        var admissionsBefore = books.Places.Admissions;
        NoteComputing(grants);
        if (books.KvRules.PinsAdmissionsFirst) PlaceAdmissions(grants);
        foreach (ref readonly var grant in grants) Place(grant, admissionsBefore);
    }

    /// <summary>
    /// All admissions take their cached prefixes before anything is allocated, so that no allocation evicts what a later grant counted on.
    /// </summary>
    private void PlaceAdmissions(ReadOnlySpan<Grant> grants)
    {
        foreach (ref readonly var grant in grants)
        {
            if (_states[grant.Row] != RowState.Running && !TryAdmit(grant.Row)) Defer(grant.Row);
        }
    }

    private void Place(in Grant grant, long admissionsBefore)
    {
        var row = grant.Row;
        if (_states[row] != RowState.Running && (books.KvRules.PinsAdmissionsFirst || !TryAdmit(row)))
        {
            if (!books.KvRules.PinsAdmissionsFirst) Defer(row);
            return;
        }

        var isNew = _admissions[row] >= admissionsBefore;
        if (isNew && books.KvRules is { HitsWithinStep: true, PinsAdmissionsFirst: true }) ExtendHit(row);
        var (sequence, computed) = (_sequences[row], _computed[row]);
        if (isNew && TryLoad(row, sequence, computed)) return;
        computed = _computed[row];
        var tokens = Math.Min(grant.Tokens, _wanted[row] - computed);
        if (books.TryHold(row, Math.Max(grant.ReserveTokens, computed + tokens))) AddSlice(grant, sequence, computed, tokens);
        else books.Counters.GrantsDeferred++;
    }

    private void Defer(int row)
    {
        books.Counters.GrantsDeferred++;
        books.Events.Decided(DecisionKind.Defer, books.IdOf(row), row);
    }

    private bool IsInStep(in StepSlice slice) => _states[slice.Row] == RowState.Running && _sequences[slice.Row] == slice.Sequence;

    private void Withdraw(in StepSlice slice)
    {
        if (books.Kv.BlocksAnnounced > 0 && IsInStep(slice)) books.Kv.Withdraw(slice.Sequence);
    }

    /// <summary>Rows that began with what nobody computed wait again; in order of the step, because one may found on another.</summary>
    private void PutBackUnfounded()
    {
        if (!books.KvRules.HitsWithinStep) return;
        foreach (var slice in _slices.ToArray())
        {
            if (!IsInStep(slice) || books.Kv.IsFounded(slice.Sequence)) continue;
            books.Kv.Withdraw(slice.Sequence);
            _computed[slice.Row] = 0;
            Preempt(slice.Row);
            _slices.Remove(slice);
        }
    }

    private void Preempt(int row, bool keepsContent = true)
    {
        if (keepsContent) books.Elsewhere.StoreInTiers(row, leavesPool: true);
        books.Kv.Close(_sequences[row], keepsContent);
        books.Counters.Preemptions++;
        _table.LostTokens[row] = books.Elsewhere.TrySwapOut(row) ? 0 : _computed[row];
        books.Counters.RecomputedTokens += _table.LostTokens[row];
        _wanted[row] -= _drafts[row];
        _computed[row] = _blocksHeld[row] = _drafts[row] = 0;
        _table.Preemptions[row]++;
        books.Places.Preempt(row);
        books.Waiting.Prepend(row);
        _preempted.Add(row);
        books.Events.Preempted(books.IdOf(row), row);
    }

    /// <summary>The running rows whose prompts the step computes, if anybody waits for prefixes.</summary>
    private void NoteComputing(ReadOnlySpan<Grant> grants)
    {
        _computing.Clear();
        if (books.KvRules.WaitsForPrefixTokens is null) return;
        foreach (ref readonly var grant in grants)
        {
            if (_states[grant.Row] == RowState.Running && _computed[grant.Row] < _wanted[grant.Row] - 1) _computing.Add(grant.Row);
        }
    }

    /// <summary>Whether the step computes enough of what the row begins with for it to wait.</summary>
    private bool WaitsForPrefix(int row)
    {
        if (_computing.Count == 0 || books.KvRules.WaitsForPrefixTokens is not { } tokensMin) return false;
        var (spec, most) = (_table.Spec(row), 0);
        foreach (var other in _computing)
        {
            var computed = _table.Spec(other);
            if (computed.Facts.CacheDomain != spec.Facts.CacheDomain) continue;
            most = Math.Max(most, spec.Content.CommonTokens(computed.Content, Math.Min(_wanted[row] - 1, _wanted[other])));
        }

        if (most < tokensMin) return false;
        var found = books.Elsewhere.WithLoad(row, books.Kv.Probe(spec.Content, spec.Facts.CacheDomain, most));
        return most - found.Tokens >= tokensMin;
    }

    private bool TryAdmit(int row)
    {
        if (WaitsForPrefix(row)) return false;
        var spec = _table.Spec(row);
        var hitTokensMax = _wanted[row] - 1;
        if (!books.Kv.TryOpen(spec.Content, spec.Facts.CacheDomain, hitTokensMax, out var sequence, out var hitTokens)) return false;
        books.Kv.NameUser(sequence, spec.Id);
        books.Waiting.Remove(row);
        books.Places.Admit(row);
        HasAdmitted = true;
        _sequences[row] = sequence;
        _computed[row] = hitTokens;
        _blocksHeld[row] = books.Kv.BlocksOf(sequence);
        if (books.KvRules.WaitsForPrefixTokens is not null) _computing.Add(row);
        if (IsFirstAdmission(row)) books.Counters.PrefixQueriedTokens += _table.PromptTokens[row];
        NoteFound(row, hitTokens);
        return true;
    }

    /// <summary>The row was admitted with what was in memory; now it also takes what the step computes.</summary>
    private void ExtendHit(int row)
    {
        var before = _computed[row];
        var tokens = books.Kv.Extend(_sequences[row], _wanted[row] - 1);
        _computed[row] = tokens;
        _blocksHeld[row] = books.Kv.BlocksOf(_sequences[row]);
        NoteFound(row, tokens - before);
    }

    /// <summary>
    /// A request that was preempted finds what it left behind itself, and one that comes from elsewhere was counted there.
    /// </summary>
    private bool IsFirstAdmission(int row) => _table.Preemptions[row] == 0 && _generated[row] == 0;

    private void NoteFound(int row, int tokens)
    {
        if (_table.Preemptions[row] == 0) _table.CachedTokens[row] += tokens;
        if (IsFirstAdmission(row)) books.Counters.PrefixHitTokens += tokens;
        else books.Counters.PrefixRefoundTokens += tokens;
        books.Elsewhere.CreditFound(row, tokens);
    }

    /// <summary>
    /// An admitted row whose KV can be had from elsewhere waits for it instead of computing, unless it comes at once; without room for it,
    /// it computes.
    /// </summary>
    private bool TryLoad(int row, int sequence, int computed)
    {
        if (!books.Elsewhere.TryLoad(row, sequence, computed) || books.Elsewhere.TryLoadAtOnce(row)) return false;
        books.Places.Park(row, returns: true);
        return true;
    }

    private void AddSlice(in Grant grant, int sequence, int computed, int tokens)
    {
        var row = grant.Row;
        var known = _wanted[row] - _drafts[row];
        var generates = computed + tokens >= known;
        var isDecode = computed == known - 1 && _generated[row] > 0;
        if (books.KvRules.HitsWithinStep) books.Kv.Announce(sequence, Math.Min(computed + tokens, known));
        _slices.Add(new StepSlice(row, sequence, computed, tokens, generates, isDecode));
        books.HearsGrants?.Granted(books.IdOf(row), row, tokens, grant.ReserveTokens);
    }
}
