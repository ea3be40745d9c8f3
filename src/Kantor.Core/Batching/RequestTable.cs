using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching;

/// <summary>
/// The requests of one replica, structure of arrays: a request has a row from arrival to its end; rows are reused. A column is declared in
/// one line, and read here, or by planners as <c>view.Table</c>; <see cref="BatchView"/> has shorter names for those that most of them
/// read.
/// </summary>
/// <remarks>Owner: the scheduler, which alone writes it.</remarks>
public sealed class RequestTable(ColumnSet columns)
{
    private readonly Stack<int> _freeRows = new();

    /// <summary>Request ids; every tie is broken by them.</summary>
    public Column<long> Ids { get; } = columns.New<long>();

    /// <summary>Where each request stands.</summary>
    public Column<RowState> States { get; } = columns.New<RowState>();

    /// <summary>Service classes, by number.</summary>
    public Column<int> Classes { get; } = columns.New<int>();

    /// <summary>Tenants.</summary>
    public Column<int> Tenants { get; } = columns.New<int>();

    /// <summary>Priorities; lower goes first.</summary>
    public Column<int> Priorities { get; } = columns.New<int>();

    /// <summary>Adapters; 0 for the base model.</summary>
    public Column<int> Adapters { get; } = columns.New<int>();

    /// <summary>Arrival times in microseconds.</summary>
    public Column<long> ArrivalUs { get; } = columns.New<long>();

    /// <summary>When the first token was there, in microseconds; null before.</summary>
    public Column<long?> FirstTokenUs { get; } = columns.New<long?>();

    /// <summary>When the newest token was there, in microseconds; null before the first.</summary>
    public Column<long?> LastTokenUs { get; } = columns.New<long?>();

    /// <summary>Prompt lengths in tokens.</summary>
    public Column<int> PromptTokens { get; } = columns.New<int>();

    /// <summary>Tokens that are to be in KV: the prompt, everything generated so far, and <see cref="DraftTokens"/>.</summary>
    public Column<int> WantedTokens { get; } = columns.New<int>();

    /// <summary>Guessed tokens that a decode may check along with its newest one, as far as tokens reach; 0 without speculation.</summary>
    public Column<int> DraftTokens { get; } = columns.New<int>();

    /// <summary>Tokens that are in KV: the frontier, all before it is there.</summary>
    public Column<int> ComputedTokens { get; } = columns.New<int>();

    /// <summary>Tokens generated, those before a preemption included.</summary>
    public Column<int> GeneratedTokens { get; } = columns.New<int>();

    /// <summary>Declared output limits in tokens.</summary>
    public Column<int> OutputTokensMax { get; } = columns.New<int>();

    /// <summary>KV blocks, shared ones included; 0 for waiting rows.</summary>
    public Column<int> BlocksHeld { get; } = columns.New<int>();

    /// <summary>How often each request was preempted.</summary>
    public Column<int> Preemptions { get; } = columns.New<int>();

    /// <summary>Tokens that were cached when the request was first admitted here.</summary>
    public Column<int> CachedTokens { get; } = columns.New<int>();

    /// <summary>KV sequence of a row that holds KV.</summary>
    internal Column<int> Sequences { get; } = columns.New<int>();

    /// <summary>Tokens that preemptions threw away and that were not found again yet.</summary>
    internal Column<int> LostTokens { get; } = columns.New<int>();

    /// <summary>Place in the order of admissions.</summary>
    internal Column<long> Admissions { get; } = columns.New<long>();

    /// <summary>Leading tokens whose KV lies elsewhere.</summary>
    internal Column<int> ElsewhereTokens { get; } = columns.New<int>();

    /// <summary>Where it lies.</summary>
    internal Column<KvPlace?> ElsewherePlaces { get; } = columns.New<KvPlace?>();

    /// <summary>KV of a row that loads which has come already, beyond the frontier; mostly empty.</summary>
    internal Column<TokenRanges> AheadOfFrontier { get; } = columns.New<TokenRanges>();

    /// <summary>Tokens that are in KV once all of a row's loads are there; 0 when it has none.</summary>
    internal Column<int> LoadedTo { get; } = columns.New<int>();

    /// <summary>Blocks of it that lie where preemptions move KV.</summary>
    internal Column<int> SwapBlocks { get; } = columns.New<int>();

    /// <summary>Rows handed out so far, free ones included; every row index is below it.</summary>
    internal int RowCount { get; private set; }

    private Column<RequestSpec?> Specs { get; } = columns.New<RequestSpec?>();

    // Without the way through the request, because every generated token needs it.
    private Column<TokenContent?> Contents { get; } = columns.New<TokenContent?>();

    internal RequestSpec Spec(int row) => Specs.Rows[row] ?? throw new InvalidOperationException($"Row {row} holds no request.");

    internal TokenContent Content(int row) => Contents.Rows[row] ?? throw new InvalidOperationException($"Row {row} holds no request.");

    internal int Add(RequestSpec spec, int outputTokensMax, int generatedTokens)
    {
        if (!_freeRows.TryPop(out var row)) row = NewRow();
        var facts = spec.Facts;
        (Specs[row], Contents[row], States[row]) = (spec, spec.Content, RowState.Waiting);
        (Ids[row], Classes[row], Tenants[row]) = (facts.Id.Value, facts.Class.Value, facts.Tenant.Value);
        (Priorities[row], Adapters[row], ArrivalUs[row]) = (facts.Priority, facts.Adapter.Value, facts.ArrivalUs);
        (PromptTokens[row], WantedTokens[row]) = (facts.PromptTokens, spec.Content.Count);
        (GeneratedTokens[row], OutputTokensMax[row]) = (generatedTokens, outputTokensMax);
        return row;
    }

    internal void Remove(int row)
    {
        columns.Clear(row);
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
        columns.Hold(RowCount + 1);
        return RowCount++;
    }
}
