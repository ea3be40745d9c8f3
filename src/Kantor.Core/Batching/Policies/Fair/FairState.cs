using Kantor.Core.Batching.Parts;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>The waiting requests of each tenant, in order of arrival, and what each tenant was charged.</summary>
/// <remarks>
/// A tenant's account begins when one of its requests first comes and is kept for good. A request is charged for its prompt when it is
/// admitted, once, whatever happens to it later, and for each token that it generates; where cached tokens are free, for those that it then
/// has to compute. Charges of a plan count in it before they are booked.
/// </remarks>
internal class FairState(FairCharges charges) : PolicyState
{
    private readonly Dictionary<int, FairAccount> _accounts = [];
    private RowInfo[] _rows = new RowInfo[16];
    private long _arrivals;

    // Who was the last to have somebody waiting.
    private FairAccount? _lastToWait;

    private struct RowInfo
    {
        public FairAccount? Account;
        public long Id;
        public double Charge;
        public int PromptTokens;
        public long Arrival;
        public bool IsCharged;
    }

    /// <summary>Requests that wait.</summary>
    public int WaitingCount { get; private set; }

    /// <summary>All accounts, in the order in which they were opened.</summary>
    public List<FairAccount> Accounts { get; } = [];

    /// <summary>The account whose turn it is; planners that go round use it.</summary>
    public int Turn { get; set; }

    /// <summary>The round under way, from 1; planners by deficits begin the next.</summary>
    public long Round { get; set; } = 1;

    /// <summary>Rows that a host did not announce, which only views made by hand have.</summary>
    public void Meet(in BatchView view)
    {
        if (WaitingCount == view.Waiting.Length) return;
        foreach (var row in view.Waiting)
        {
            var isKnown = row < _rows.Length && _rows[row].Id == view.Ids[row] && _rows[row].Account is not null;
            if (!isKnown) Open(row, view.Ids[row], view.Tenants[row], view.PromptTokens[row], view.Preemptions[row] > 0);
        }
    }

    /// <summary>A plan begins: nothing is planned, and each line is read from its front.</summary>
    public void BeginPlan()
    {
        foreach (var account in Accounts) account.BeginPlan();
    }

    /// <summary>The first row of the account is admitted by the plan, with so many cached tokens.</summary>
    public void PlanHead(FairAccount account, int cachedTokens)
    {
        ref var row = ref _rows[account.Head!.Value];
        // Known only now, and found again by each plan until one is booked.
        if (charges.OnlyUncached) row.Charge = charges.PromptWeight * Math.Max(0, row.PromptTokens - cachedTokens);
        account.PlanHead(row.IsCharged ? 0 : row.Charge);
    }

    /// <summary>Place of a row in the order of arrivals, from 1.</summary>
    public long ArrivalOf(int row) => _rows[row].Arrival;

    /// <summary>The waiting row stands in its tenant's line by this key; only when nothing is being read.</summary>
    public void SetKey(int row, long key) => _rows[row].Account!.Line.Set(row, _rows[row].Id, key);

    public override void Arrived(RequestFacts request, int slot) =>
        Open(slot, request.Id.Value, request.Tenant.Value, request.PromptTokens, isCharged: false);

    public override void Preempted(RequestId request, int slot) => Wait(slot, long.MinValue + _arrivals++);

    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens)
    {
        if (!Leave(slot) || _rows[slot].IsCharged) return;
        _rows[slot].IsCharged = true;
        _rows[slot].Account!.Charge(_rows[slot].Charge);
    }

    public override void Generated(RequestId request, int slot, int tokens) => _rows[slot].Account!.Charge(charges.TokenWeight * tokens);

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        Leave(slot);
        _rows[slot] = default;
    }

    private void Open(int row, long id, int tenant, int promptTokens, bool isCharged)
    {
        if (row >= _rows.Length) Array.Resize(ref _rows, Math.Max(row + 1, 2 * _rows.Length));
        if (!_accounts.TryGetValue(tenant, out var account))
        {
            _accounts.Add(tenant, account = new FairAccount());
            Accounts.Add(account);
        }

        _rows[row] = new RowInfo
        {
            Account = account,
            Id = id,
            Charge = charges.PromptWeight * promptTokens,
            PromptTokens = promptTokens,
            IsCharged = isCharged,
            Arrival = ++_arrivals,
        };
        if (charges.Lifts && account.Line.Count == 0) Lift(account);
        Wait(row, _arrivals);
    }

    /// <summary>
    /// Nobody saves up: whoever begins to wait is charged at least what the least charged of those that wait is, or whoever waited last.
    /// </summary>
    private void Lift(FairAccount account)
    {
        var least = double.PositiveInfinity;
        foreach (var other in Accounts)
        {
            if (other.Line.Count > 0) least = Math.Min(least, other.Charged);
        }

        account.LiftTo(double.IsPositiveInfinity(least) ? _lastToWait?.Charged ?? 0 : least);
    }

    private void Wait(int row, long key)
    {
        _rows[row].Account!.Line.Set(row, _rows[row].Id, key);
        WaitingCount++;
    }

    private bool Leave(int row)
    {
        if (_rows[row].Account is not { } account || !account.Line.Contains(row)) return false;
        account.Line.Remove(row);
        WaitingCount--;
        if (account.Line.Count == 0) _lastToWait = account;
        return true;
    }
}
