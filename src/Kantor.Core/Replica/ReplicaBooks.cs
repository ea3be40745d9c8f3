using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Replica;

/// <summary>
/// What the parts of a <see cref="ReplicaScheduler"/> share: who is here, where each stands, whose KV is where, and who hears of it.
/// </summary>
internal sealed class ReplicaBooks
{
    private readonly Column<int> _blocksHeld;

    public ReplicaBooks(ReplicaOptions options)
    {
        Options = options;
        KvRules = options.KvRules ?? options.Planner.KvRules;
        Kv = new KvLedger(KvRules.KeepsCopies ? options.Kv with { KeepsCopies = true } : options.Kv)
        {
            RecomputeUs = context => options.StepTime.StepUs(default(StepLoad).With(options.Kv.BlockSizeTokens, context, isDecode: false)),
        };
        _blocksHeld = Table.BlocksHeld;
        Places = new BatchPlaces(Table);
        Elsewhere = new KvElsewhere(options, Table, Kv, Counters);
        PlannerState = options.Planner.NewState();
        PredictorState = options.Predictor.NewState();
        Events = PolicyStates.Of(PlannerState, PredictorState, options.Listener);
        HearsGrants = PolicyStates.Hearing(Events, state => state.Granted);
        HearsTokens = PolicyStates.Hearing(Events, state => state.Generated);
        HearsSteps = PolicyStates.Hearing(Events, state => state.Stepped);
    }

    public ReplicaOptions Options { get; }

    public RequestTable Table { get; } = new(new ColumnSet());

    public KvLedger Kv { get; }

    /// <summary>How the admissions of a step share KV.</summary>
    public KvRules KvRules { get; }

    public WaitingLine Waiting { get; } = new();

    public BatchPlaces Places { get; }

    public KvElsewhere Elsewhere { get; }

    public SchedulerCounters Counters { get; } = new();

    public PolicyState PlannerState { get; }

    public PolicyState PredictorState { get; }

    /// <summary>All that hear of what happens here.</summary>
    public PolicyState Events { get; }

    /// <summary>Those of them that do something about grants; null when nobody does.</summary>
    public PolicyState? HearsGrants { get; }

    /// <summary>Those of them that do something about tokens; null when nobody does.</summary>
    public PolicyState? HearsTokens { get; }

    /// <summary>Those of them that do something about steps; null when nobody does.</summary>
    public PolicyState? HearsSteps { get; }

    /// <summary>Whether something waits or runs.</summary>
    public bool HasWork => Waiting.Count > 0 || Places.RunningCount > 0;

    public RequestId IdOf(int row) => new(Table.Ids[row]);

    /// <summary>The host's clock as it was told last, in microseconds.</summary>
    public long NowUs { get; private set; }

    /// <summary>It is this time, in microseconds of the host's clock.</summary>
    public void TimeIs(long nowUs)
    {
        NowUs = nowUs;
        Events.TimeIs(nowUs);
        Kv.TimeIs(nowUs);
    }

    /// <summary>Room for as many tokens of a row; the ledger is asked only when its blocks do not do.</summary>
    public bool TryHold(int row, int tokens) => tokens <= (long)_blocksHeld[row] * Kv.BlockSizeTokens || TryGrow(row, tokens);

    /// <summary>The row's request leaves, wherever it stands; without an outcome it goes on elsewhere.</summary>
    public void Drop(int row, RequestOutcome? outcome)
    {
        if (Table.States[row] == RowState.Waiting) Waiting.Remove(row);
        else Close(row, keepsContent: outcome != RequestOutcome.BackendFailed);
        Elsewhere.Forget(row);
        Events.Ended(Table.Spec(row).Facts, row, new RequestEnd(outcome, Table.GeneratedTokens[row], Table.CachedTokens[row]));
        Table.Remove(row);
    }

    /// <summary>Proves that every request is in exactly one place and that the KV books hold.</summary>
    /// <exception cref="InvalidOperationException">A law is broken; the message names it.</exception>
    public void Verify()
    {
        Kv.Verify();
        if (Kv.SequencesOpen != Places.RunningCount + Places.ParkedCount)
        {
            var (running, parked) = (Places.RunningCount, Places.ParkedCount);
            throw new InvalidOperationException(
                $"{Kv.SequencesOpen} KV sequences are open for {running} running and {parked} parked requests.");
        }

        Places.Verify();
        for (var row = 0; row < Table.RowCount; row++) Elsewhere.Verify(row);
        foreach (var row in Waiting.Rows)
        {
            if (Table.States[row] != RowState.Waiting) throw new InvalidOperationException($"Row {row} waits but is {Table.States[row]}.");
        }
    }

    private bool TryGrow(int row, int tokens)
    {
        if (!Kv.TryGrow(Table.Sequences[row], tokens)) return false;
        Table.BlocksHeld[row] = Kv.BlocksOf(Table.Sequences[row]);
        return true;
    }

    private void Close(int row, bool keepsContent)
    {
        if (keepsContent) Elsewhere.StoreInTiers(row, leavesPool: true);
        Kv.Close(Table.Sequences[row], keepsContent);
        Places.Leave(row);
    }
}
