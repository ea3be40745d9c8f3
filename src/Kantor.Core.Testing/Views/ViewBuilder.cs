using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Testing.Views;

/// <summary>A moment of a replica, made by hand, as a planner sees it. Row numbers are given in order; ids are the row numbers.</summary>
public sealed class ViewBuilder : IBatchProbe
{
    private readonly List<Row> _rows = [];
    private readonly List<int> _running = [];
    private readonly List<int> _waiting = [];

    /// <summary>Tokens that a step may compute.</summary>
    public int StepTokensMax { get; init; } = 64;

    /// <summary>Requests that may run.</summary>
    public int RunningMax { get; init; } = 8;

    /// <summary>Tokens per KV block.</summary>
    public int BlockSizeTokens { get; init; } = 4;

    /// <summary>KV blocks of the pool.</summary>
    public int KvBlocksTotal { get; init; } = 100;

    /// <summary>KV blocks that can be allocated; null for those that running rows leave.</summary>
    public int? KvBlocksAvailable { get; init; }

    /// <summary>The service classes, by number.</summary>
    public ServiceClassTable ServiceClasses { get; init; } = ServiceClassTable.Plain;

    /// <summary>Takes down why the policy decides as it does.</summary>
    public IDecisionLog? Log { get; init; }

    /// <summary>Duration of a step by its content.</summary>
    public IStepTimeModel StepTime { get; init; } = Runs.ReplicaRun.StepTime;

    /// <summary>A running row that holds the blocks of its computed tokens. Returns its number.</summary>
    /// <param name="prompt">Prompt tokens.</param>
    /// <param name="generated">Tokens generated.</param>
    /// <param name="computed">Tokens in KV; all but the newest one when not given, which is a row that decodes.</param>
    /// <param name="believed">Believed output, in tokens.</param>
    /// <param name="outputMax">Declared output limit, in tokens.</param>
    /// <param name="priority">Urgency; lower goes first.</param>
    /// <param name="sharedBlocks">Blocks that stay when the row is preempted.</param>
    public int Running(
        int prompt, int generated, int? computed = null, int believed = 50, int outputMax = 100, int priority = 0, int sharedBlocks = 0)
    {
        var done = computed ?? (prompt + generated - 1);
        var blocks = (done + BlockSizeTokens - 1) / BlockSizeTokens;
        _running.Add(_rows.Count);
        _rows.Add(
            new Row(prompt, generated, done, outputMax, blocks, priority, believed, default, blocks - sharedBlocks, RowState.Running));
        return _rows.Count - 1;
    }

    /// <summary>A row that waits. Returns its number.</summary>
    /// <param name="prompt">Prompt tokens.</param>
    /// <param name="believed">Believed output, in tokens.</param>
    /// <param name="outputMax">Declared output limit, in tokens.</param>
    /// <param name="priority">Urgency; lower goes first.</param>
    /// <param name="hitTokens">Leading tokens that are cached.</param>
    /// <param name="hitBlocksIdle">Blocks of these that nobody references.</param>
    /// <param name="generated">Tokens generated before it was preempted.</param>
    /// <param name="preemptions">How often it was preempted.</param>
    public int Waiting(
        int prompt,
        int believed = 50,
        int outputMax = 100,
        int priority = 0,
        int hitTokens = 0,
        int hitBlocksIdle = 0,
        int generated = 0,
        int preemptions = 0)
    {
        _waiting.Add(_rows.Count);
        _rows.Add(
            new Row(
                prompt,
                generated,
                0,
                outputMax,
                0,
                priority,
                believed,
                new PrefixHit(hitTokens, hitBlocksIdle),
                0,
                RowState.Waiting,
                preemptions));
        return _rows.Count - 1;
    }

    /// <summary>A row without a request. Returns its number.</summary>
    public int Free()
    {
        _rows.Add(new Row(1, 0, 0, 1, 0, 0, 1, default, 0, RowState.Free));
        return _rows.Count - 1;
    }

    /// <summary>The view.</summary>
    public BatchView View() => new(Table(), this)
    {
        NowUs = 0,
        Limits = new BatchLimits { StepTokensMax = StepTokensMax, RunningMax = RunningMax },
        BlockSizeTokens = BlockSizeTokens,
        KvBlocksTotal = KvBlocksTotal,
        KvBlocksAvailable = KvBlocksAvailable ?? (KvBlocksTotal - _rows.Sum(row => row.Blocks)),
        StepTime = StepTime,
        Running = _running.ToArray(),
        Waiting = _waiting.ToArray(),
        ServiceClasses = ServiceClasses,
        Log = Log,
    };

    /// <summary>The planner's plan.</summary>
    /// <exception cref="LawBrokenException">It is not sound; the message says why.</exception>
    public BatchPlan Plan(IBatchPlanner planner)
    {
        ArgumentNullException.ThrowIfNull(planner);
        var plan = new BatchPlan();
        planner.Plan(View(), planner.NewState(), plan);
        if (new PlanValidator().FindFault(View(), plan) is { } fault) throw new LawBrokenException($"{planner.Name}: {fault}");
        return plan;
    }

    AdapterSet IBatchProbe.Adapters { get; } = new();

    PrefixHit IBatchProbe.CachedPrefix(int waitingRow) => _rows[waitingRow].Hit;

    int IBatchProbe.BlocksExclusive(int runningRow) => _rows[runningRow].Exclusive;

    LengthBelief IBatchProbe.BelievedOutput(int row) => new(_rows[row].Believed, _rows[row].Believed);

    private RequestTable Table()
    {
        var table = new RequestTable(new ColumnSet());
        for (var number = 0; number < _rows.Count; number++) Fill(table, number, _rows[number]);
        return table;
    }

    private static void Fill(RequestTable table, int number, Row row)
    {
        var facts = new RequestFacts
        {
            Id = new RequestId(number),
            PromptTokens = row.Prompt,
            OutputTokensMax = row.OutputMax,
            ArrivalUs = 0,
            Priority = row.Priority,
        };
        var place = table.Add(new RequestSpec(facts, TokenContent.Opaque(row.Prompt + row.Generated)), row.OutputMax, row.Generated);
        (table.ComputedTokens[place], table.BlocksHeld[place]) = (row.Computed, row.Blocks);
        (table.Preemptions[place], table.States[place]) = (row.Preemptions, row.State);
    }

    private sealed record Row(
        int Prompt, int Generated, int Computed, int OutputMax, int Blocks, int Priority, int Believed, PrefixHit Hit,
        int Exclusive, RowState State, int Preemptions = 0);
}
