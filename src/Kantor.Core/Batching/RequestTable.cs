using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching;

/// <summary>
/// The requests of one replica, structure of arrays: a request has a row from arrival to its end; rows are reused. A column is declared in
/// one line, and read here, or by planners as <c>view.Table</c>; <see cref="BatchView"/> has shorter names for those that most of them
/// read.
/// </summary>
/// <remarks>Owner: the scheduler, which alone writes it.</remarks>
public sealed class RequestTable
{
    private readonly List<Column> _columns = [];
    private readonly Stack<int> _freeRows = new();
    private int _capacity = 16;

    internal RequestTable()
    {
    }

    /// <summary>Request ids; every tie is broken by them.</summary>
    public Column<long> Ids => field ??= New<long>();

    /// <summary>Where each request stands.</summary>
    public Column<RowState> States => field ??= New<RowState>();

    /// <summary>Service classes, by number.</summary>
    public Column<int> Classes => field ??= New<int>();

    /// <summary>Tenants.</summary>
    public Column<int> Tenants => field ??= New<int>();

    /// <summary>Priorities; lower goes first.</summary>
    public Column<int> Priorities => field ??= New<int>();

    /// <summary>Adapters; 0 for the base model.</summary>
    public Column<int> Adapters => field ??= New<int>();

    /// <summary>Arrival times in microseconds.</summary>
    public Column<long> ArrivalUs => field ??= New<long>();

    /// <summary>When the first token was there, in microseconds; null before.</summary>
    public Column<long?> FirstTokenUs => field ??= New<long?>();

    /// <summary>When the newest token was there, in microseconds; null before the first.</summary>
    public Column<long?> LastTokenUs => field ??= New<long?>();

    /// <summary>Prompt lengths in tokens.</summary>
    public Column<int> PromptTokens => field ??= New<int>();

    /// <summary>Tokens that are to be in KV: the prompt, everything generated so far, and <see cref="DraftTokens"/>.</summary>
    public Column<int> WantedTokens => field ??= New<int>();

    /// <summary>Guessed tokens that a decode may check along with its newest one, as far as tokens reach; 0 without speculation.</summary>
    public Column<int> DraftTokens => field ??= New<int>();

    /// <summary>Tokens that are in KV: the frontier, all before it is there.</summary>
    public Column<int> ComputedTokens => field ??= New<int>();

    /// <summary>Tokens generated, those before a preemption included.</summary>
    public Column<int> GeneratedTokens => field ??= New<int>();

    /// <summary>Declared output limits in tokens.</summary>
    public Column<int> OutputTokensMax => field ??= New<int>();

    /// <summary>KV blocks, shared ones included; 0 for waiting rows.</summary>
    public Column<int> BlocksHeld => field ??= New<int>();

    /// <summary>How often each request was preempted.</summary>
    public Column<int> Preemptions => field ??= New<int>();

    /// <summary>Tokens that were cached when the request was first admitted here.</summary>
    public Column<int> CachedTokens => field ??= New<int>();

    /// <summary>KV sequence of a row that holds KV.</summary>
    internal Column<int> Sequences => field ??= New<int>();

    /// <summary>Tokens that preemptions threw away and that were not found again yet.</summary>
    internal Column<int> LostTokens => field ??= New<int>();

    /// <summary>Place in the order of admissions.</summary>
    internal Column<long> Admissions => field ??= New<long>();

    /// <summary>Leading tokens whose KV lies elsewhere.</summary>
    internal Column<int> ElsewhereTokens => field ??= New<int>();

    /// <summary>Where it lies.</summary>
    internal Column<KvSource> ElsewhereSources => field ??= New<KvSource>();

    /// <summary>Blocks of host memory that it takes.</summary>
    internal Column<int> SwapBlocks => field ??= New<int>();

    /// <summary>Rows handed out so far, free ones included; every row index is below it.</summary>
    internal int RowCount { get; private set; }

    private Column<RequestSpec?> Specs => field ??= New<RequestSpec?>();

    // Without the way through the request, because every generated token needs it.
    private Column<TokenContent?> Contents => field ??= New<TokenContent?>();

    internal RequestSpec Spec(int row) => Specs[row] ?? throw new InvalidOperationException($"Row {row} holds no request.");

    internal TokenContent Content(int row) => Contents[row] ?? throw new InvalidOperationException($"Row {row} holds no request.");

    internal int Add(RequestSpec spec, int outputTokensMax, int generatedTokens, int elsewhereTokens)
    {
        if (!_freeRows.TryPop(out var row)) row = NewRow();
        var facts = spec.Facts;
        (Specs[row], Contents[row], States[row]) = (spec, spec.Content, RowState.Waiting);
        (Ids[row], Classes[row], Tenants[row]) = (facts.Id.Value, facts.Class.Value, facts.Tenant.Value);
        (Priorities[row], Adapters[row], ArrivalUs[row]) = (facts.Priority, facts.Adapter.Value, facts.ArrivalUs);
        (PromptTokens[row], WantedTokens[row]) = (facts.PromptTokens, spec.Content.Count);
        (GeneratedTokens[row], OutputTokensMax[row]) = (generatedTokens, outputTokensMax);
        (ElsewhereTokens[row], ElsewhereSources[row]) = (elsewhereTokens, KvSource.Handover);
        return row;
    }

    internal void Remove(int row)
    {
        foreach (var column in _columns) column.Clear(row);
        _freeRows.Push(row);
    }

    /// <summary>The row of a request that is here; false when it is not.</summary>
    internal bool TryFind(RequestId id, out int row)
    {
        row = 0;
        var rows = Ids.Rows[..RowCount];
        while (rows[row..].IndexOf(id.Value) is >= 0 and var skipped)
        {
            row += skipped;
            if (States[row] != RowState.Free) return true;
            row++;
        }

        return false;
    }

    private int NewRow()
    {
        if (RowCount == _capacity)
        {
            _capacity *= 2;
            foreach (var column in _columns) column.Grow(_capacity);
        }

        return RowCount++;
    }

    private Column<T> New<T>()
    {
        var column = new Column<T>(_capacity);
        _columns.Add(column);
        return column;
    }
}
