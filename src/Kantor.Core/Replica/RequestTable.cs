using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Replica;

/// <summary>
/// The requests of one replica, structure of arrays: a request has a row from arrival to its end; rows are reused. Column names are those of
/// <see cref="BatchView"/>.
/// </summary>
/// <remarks>Owner: <see cref="ReplicaScheduler"/>.</remarks>
internal sealed class RequestTable
{
    private readonly Stack<int> _freeRows = new();
    private RequestSpec?[] _specs = new RequestSpec?[16];
    private TokenContent?[] _contents = new TokenContent?[16];

    public long[] Ids = new long[16];
    public int[] Classes = new int[16];
    public int[] Tenants = new int[16];
    public int[] Priorities = new int[16];
    public int[] Adapters = new int[16];
    public int[] DraftTokens = new int[16];
    public long[] ArrivalUs = new long[16];
    public int[] PromptTokens = new int[16];
    public int[] WantedTokens = new int[16];
    public int[] ComputedTokens = new int[16];
    public int[] GeneratedTokens = new int[16];
    public int[] OutputTokensMax = new int[16];
    public int[] BlocksHeld = new int[16];
    public int[] Preemptions = new int[16];
    public int[] CachedTokens = new int[16];
    public int[] Sequences = new int[16];
    public int[] LostTokens = new int[16];
    public long[] Admissions = new long[16];
    public int[] ElsewhereTokens = new int[16];
    public KvSource[] ElsewhereSources = new KvSource[16];
    public int[] SwapBlocks = new int[16];
    public RowState[] States = new RowState[16];

    /// <summary>Rows handed out so far, free ones included; every row index is below it.</summary>
    public int RowCount { get; private set; }

    public RequestSpec Spec(int row) => _specs[row] ?? throw new InvalidOperationException($"Row {row} holds no request.");

    /// <summary>The content of the row's request, without the way through the request, because every generated token needs it.</summary>
    public TokenContent Content(int row) => _contents[row] ?? throw new InvalidOperationException($"Row {row} holds no request.");

    public int Add(RequestSpec spec, int outputTokensMax, Handover handover)
    {
        if (!_freeRows.TryPop(out var row))
        {
            row = RowCount++;
            if (row == Ids.Length) Grow();
        }

        (_specs[row], _contents[row]) = (spec, spec.Content);
        var facts = spec.Facts;
        Ids[row] = facts.Id.Value;
        Classes[row] = facts.Class.Value;
        Tenants[row] = facts.Tenant.Value;
        Priorities[row] = facts.Priority;
        Adapters[row] = facts.Adapter.Value;
        ArrivalUs[row] = facts.ArrivalUs;
        PromptTokens[row] = facts.PromptTokens;
        WantedTokens[row] = spec.Content.Count;
        GeneratedTokens[row] = handover.GeneratedTokens;
        (ElsewhereTokens[row], ElsewhereSources[row]) = (handover.KvTokens, KvSource.Handover);
        ComputedTokens[row] = BlocksHeld[row] = Preemptions[row] = CachedTokens[row] = LostTokens[row] = SwapBlocks[row] = DraftTokens[row] = 0;
        OutputTokensMax[row] = outputTokensMax;
        States[row] = RowState.Waiting;
        return row;
    }

    public void Remove(int row)
    {
        (_specs[row], _contents[row]) = (null, null);
        States[row] = RowState.Free;
        _freeRows.Push(row);
    }

    private void Grow()
    {
        var size = Ids.Length * 2;
        Array.Resize(ref _specs, size);
        Array.Resize(ref _contents, size);
        Array.Resize(ref Ids, size);
        Array.Resize(ref Classes, size);
        Array.Resize(ref Tenants, size);
        Array.Resize(ref Priorities, size);
        Array.Resize(ref Adapters, size);
        Array.Resize(ref DraftTokens, size);
        Array.Resize(ref ArrivalUs, size);
        Array.Resize(ref PromptTokens, size);
        Array.Resize(ref WantedTokens, size);
        Array.Resize(ref ComputedTokens, size);
        Array.Resize(ref GeneratedTokens, size);
        Array.Resize(ref OutputTokensMax, size);
        Array.Resize(ref BlocksHeld, size);
        Array.Resize(ref Preemptions, size);
        Array.Resize(ref CachedTokens, size);
        Array.Resize(ref Sequences, size);
        Array.Resize(ref LostTokens, size);
        Array.Resize(ref Admissions, size);
        Array.Resize(ref ElsewhereTokens, size);
        Array.Resize(ref ElsewhereSources, size);
        Array.Resize(ref SwapBlocks, size);
        Array.Resize(ref States, size);
    }
}
