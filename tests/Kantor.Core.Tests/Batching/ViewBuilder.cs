using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Batching;

/// <summary>A moment of a replica, made by hand. Row numbers are given in order; ids are the row numbers.</summary>
internal sealed class ViewBuilder : IBatchProbe
{
    private readonly List<Row> _rows = [];
    private readonly List<int> _running = [];
    private readonly List<int> _waiting = [];

    private sealed record Row(int Prompt, int Generated, int Computed, int OutputMax, int Blocks, int Priority, int Believed, PrefixHit Hit, int Exclusive, RowState State, int Preemptions = 0);

    public int StepTokensMax { get; init; } = 64;

    public int RunningMax { get; init; } = 8;

    public int BlockSizeTokens { get; init; } = 4;

    public int KvBlocksTotal { get; init; } = 100;

    public int? KvBlocksAvailable { get; init; }

    public ServiceClassTable ServiceClasses { get; init; } = ServiceClassTable.Plain;

    public IDecisionLog? Log { get; init; }

    /// <summary>A running row that holds the blocks of its computed tokens.</summary>
    public int Running(int prompt, int generated, int? computed = null, int believed = 50, int outputMax = 100, int priority = 0, int sharedBlocks = 0)
    {
        var done = computed ?? (prompt + generated - 1);
        var blocks = (done + BlockSizeTokens - 1) / BlockSizeTokens;
        _running.Add(_rows.Count);
        _rows.Add(new Row(prompt, generated, done, outputMax, blocks, priority, believed, default, blocks - sharedBlocks, RowState.Running));
        return _rows.Count - 1;
    }

    public int Waiting(int prompt, int believed = 50, int outputMax = 100, int priority = 0, int hitTokens = 0, int hitBlocksIdle = 0, int generated = 0, int preemptions = 0)
    {
        _waiting.Add(_rows.Count);
        _rows.Add(new Row(prompt, generated, 0, outputMax, 0, priority, believed, new PrefixHit(hitTokens, hitBlocksIdle), 0, RowState.Waiting, preemptions));
        return _rows.Count - 1;
    }

    public int Free()
    {
        _rows.Add(new Row(1, 0, 0, 1, 0, 0, 1, default, 0, RowState.Free));
        return _rows.Count - 1;
    }

    public BatchView View() => new(Table(), this)
    {
        NowUs = 0,
        Limits = new BatchLimits { StepTokensMax = StepTokensMax, RunningMax = RunningMax },
        BlockSizeTokens = BlockSizeTokens,
        KvBlocksTotal = KvBlocksTotal,
        KvBlocksAvailable = KvBlocksAvailable ?? (KvBlocksTotal - _rows.Sum(row => row.Blocks)),
        StepTime = StepTimeProfiles.Unit.StepTime,
        Running = _running.ToArray(),
        Waiting = _waiting.ToArray(),
        ServiceClasses = ServiceClasses,
        Log = Log,
    };

    /// <summary>The planner's plan, which must be sound.</summary>
    public BatchPlan Plan(IBatchPlanner planner)
    {
        var plan = new BatchPlan();
        planner.Plan(View(), planner.NewState(), plan);
        Assert.Null(new PlanValidator().FindFault(View(), plan));
        return plan;
    }

    public PrefixHit CachedPrefix(int waitingRow) => _rows[waitingRow].Hit;

    public int BlocksExclusive(int runningRow) => _rows[runningRow].Exclusive;

    public LengthBelief BelievedOutput(int row) => new(_rows[row].Believed, _rows[row].Believed);

    private RequestTable Table()
    {
        var table = new RequestTable();
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
        var place = table.Add(new RequestSpec(facts, TokenContent.Opaque(row.Prompt + row.Generated)), row.OutputMax, row.Generated, 0);
        (table.ComputedTokens[place], table.BlocksHeld[place]) = (row.Computed, row.Blocks);
        (table.Preemptions[place], table.States[place]) = (row.Preemptions, row.State);
    }
}
