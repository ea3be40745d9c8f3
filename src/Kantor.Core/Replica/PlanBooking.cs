using System.Runtime.InteropServices;
using Kantor.Core.Batching;
using Kantor.Core.Requests;

namespace Kantor.Core.Replica;

/// <summary>Books a plan: preemptions, refusals, admissions and room, and writes down what the step computes.</summary>
internal sealed class PlanBooking(ReplicaBooks books)
{
    private readonly RequestTable _table = books.Table;
    private readonly List<StepSlice> _slices = [];
    private readonly List<int> _preempted = [];
    private readonly List<Refusal> _refused = [];

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
    }

    public void Place(BatchPlan plan)
    {
        foreach (var row in plan.Preemptions) Preempt(row);
        foreach (var refusal in plan.Refusals) _refused.Add(refusal);
        PlaceGrants(plan.Grants);
    }

    /// <summary>
    /// All admissions take their cached prefixes before anything is allocated, so that no allocation evicts what a later grant counted on.
    /// </summary>
    private void PlaceGrants(ReadOnlySpan<Grant> grants)
    {
        var admissionsBefore = books.Places.Admissions;
        foreach (ref readonly var grant in grants)
        {
            if (_table.States[grant.Row] != RowState.Running && !TryAdmit(grant.Row)) books.Counters.GrantsDeferred++;
        }

        foreach (ref readonly var grant in grants)
        {
            if (_table.States[grant.Row] != RowState.Running) continue;
            var (row, sequence, computed) = (grant.Row, _table.Sequences[grant.Row], _table.ComputedTokens[grant.Row]);
            if (_table.Admissions[row] >= admissionsBefore && TryLoad(row, sequence, computed)) continue;
            if (books.TryHold(row, Math.Max(grant.ReserveTokens, computed + grant.Tokens))) AddSlice(row, sequence, computed, grant.Tokens);
            else books.Counters.GrantsDeferred++;
        }
    }

    private void Preempt(int row)
    {
        books.Elsewhere.StoreInTier(row);
        books.Kv.Close(_table.Sequences[row]);
        books.Counters.Preemptions++;
        _table.LostTokens[row] = books.Elsewhere.TrySwapOut(row) ? 0 : _table.ComputedTokens[row];
        books.Counters.RecomputedTokens += _table.LostTokens[row];
        _table.WantedTokens[row] -= _table.DraftTokens[row];
        _table.ComputedTokens[row] = _table.BlocksHeld[row] = _table.DraftTokens[row] = 0;
        _table.Preemptions[row]++;
        books.Places.Preempt(row);
        books.Waiting.Prepend(row);
        _preempted.Add(row);
        books.Events.Preempted(books.IdOf(row), row);
    }

    private bool TryAdmit(int row)
    {
        var spec = _table.Spec(row);
        var hitTokensMax = _table.WantedTokens[row] - 1;
        if (!books.Kv.TryOpen(spec.Content, spec.Facts.CacheDomain, hitTokensMax, out var sequence, out var hitTokens)) return false;
        books.Waiting.Remove(row);
        books.Places.Admit(row);
        HasAdmitted = true;
        _table.Sequences[row] = sequence;
        _table.ComputedTokens[row] = hitTokens;
        _table.BlocksHeld[row] = books.Kv.BlocksOf(sequence);
        if (_table.Preemptions[row] == 0) _table.CachedTokens[row] = hitTokens;
        books.Elsewhere.CreditFound(row, hitTokens);
        return true;
    }

    /// <summary>
    /// An admitted row whose KV can be had from elsewhere waits for it instead of computing; without room for it, it computes.
    /// </summary>
    private bool TryLoad(int row, int sequence, int computed)
    {
        if (!books.Elsewhere.TryLoad(row, sequence, computed)) return false;
        books.Places.Park(row, returns: true);
        return true;
    }

    private void AddSlice(int row, int sequence, int computed, int tokens)
    {
        var known = _table.WantedTokens[row] - _table.DraftTokens[row];
        var generates = computed + tokens >= known;
        var isDecode = computed == known - 1 && _table.GeneratedTokens[row] > 0;
        _slices.Add(new StepSlice(row, sequence, computed, tokens, generates, isDecode));
        books.Events.Granted(books.IdOf(row), row, tokens);
    }
}
