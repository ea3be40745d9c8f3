using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Core.Tests.Batching;
using Kantor.Core.Tests.Kv;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Replica;

/// <summary>One request of a test: what it asks for, and the output length that only the test knows.</summary>
internal sealed record Job(long Id, int ArrivalStep, int[] Prompt, int OutputTokens, int OutputTokensMax, int Priority = 0, int Class = 0);

/// <summary>What became of a job.</summary>
internal sealed class JobTrace
{
    public int Steps { get; set; }

    public int? FirstStep { get; set; }

    public int? EndStep { get; set; }

    public int Ends { get; set; }

    public int Generated { get; set; }

    public int Preemptions { get; set; }

    public RequestOutcome? Outcome { get; set; }
}

/// <summary>A replica that executes steps in no time, generates tokens that depend on the whole prefix, and checks the laws in each step.</summary>
internal sealed class ReplicaRun
{
    private readonly Dictionary<int, Job> _byRow = [];
    private readonly Queue<Job> _coming;
    private readonly BatchLimits _limits;

    public ReplicaRun(IBatchPlanner planner, BatchLimits limits, KvLedgerOptions kv, IEnumerable<Job> jobs, ILengthPredictor? predictor = null, KvRules? rules = null)
    {
        _limits = limits;
        _coming = new Queue<Job>(jobs.OrderBy(job => job.ArrivalStep).ThenBy(job => job.Id));
        Traces = _coming.ToDictionary(job => job.Id, _ => new JobTrace());
        Scheduler = new ReplicaScheduler(new ReplicaOptions
        {
            Planner = planner,
            Limits = limits,
            Kv = kv,
            KvRules = rules,
            Predictor = predictor ?? new ConstantLengthPredictor(8),
            StepTime = StepTimeProfiles.Unit.StepTime,
        });
    }

    public ReplicaScheduler Scheduler { get; }

    public Dictionary<long, JobTrace> Traces { get; }

    public int Step { get; private set; }

    /// <summary>Whether the laws of the books are proved after each step; quadratic in the pool, so long runs leave it out.</summary>
    public bool Verifies { get; init; } = true;

    /// <summary>Memory on which the KV changes are repeated and in which every executed slice must find its whole context.</summary>
    public FakeKvMemory? Memory { get; init; }

    public bool IsOver => _coming.Count == 0 && Scheduler.IsIdle;

    public Job JobOf(int row) => _byRow[row];

    /// <summary>Runs to the end.</summary>
    public ReplicaRun ToEnd(int stepsMax = 20_000)
    {
        while (!IsOver)
        {
            Assert.True(Step < stepsMax, $"not over after {stepsMax} steps: {Scheduler.RunningCount} run, {Scheduler.WaitingCount} wait");
            Advance();
        }

        return this;
    }

    /// <summary>One step: arrivals, plan, execution, results. Returns the executed slices.</summary>
    public StepSlice[] Advance()
    {
        Arrive();
        var slices = Plan();
        if (Memory is not null) Execute(Memory, slices);
        if (slices.Length > 0) Scheduler.CompleteStep();
        foreach (var slice in slices) Finish(slice);
        EndRefused();
        if (Verifies) Scheduler.Verify();
        Step++;
        return slices;
    }

    public void Arrive()
    {
        while (_coming.TryPeek(out var job) && job.ArrivalStep <= Step)
        {
            Submit(_coming.Dequeue());
        }
    }

    public StepSlice[] Plan()
    {
        var wasIdle = Scheduler.IsIdle;
        Scheduler.PlanStep(Step * 1000L);
        var slices = Scheduler.Slices.ToArray();
        AssertLaws(slices, wasIdle);
        foreach (var row in Scheduler.Preempted) Traces[_byRow[row].Id].Preemptions++;
        return slices;
    }

    public void Finish(StepSlice slice)
    {
        var job = _byRow[slice.Row];
        var trace = Traces[job.Id];
        trace.Steps++;
        trace.FirstStep ??= Step;
        if (!slice.Generates) return;
        var content = Scheduler.Spec(slice.Row).Content;
        Scheduler.Generate(slice.Row, content.Count % 7);
        trace.Generated++;
        if (trace.Generated == job.OutputTokens) End(slice.Row, job.OutputTokens == job.OutputTokensMax ? RequestOutcome.LengthReached : RequestOutcome.Stopped);
    }

    public void End(int row, RequestOutcome outcome)
    {
        var trace = Traces[_byRow[row].Id];
        Scheduler.End(row, outcome);
        trace.Ends++;
        (trace.EndStep, trace.Outcome) = (Step, outcome);
        _byRow.Remove(row);
    }

    public int RowOf(long id) => _byRow.Single(entry => entry.Value.Id == id).Key;

    private void Execute(FakeKvMemory memory, StepSlice[] slices)
    {
        memory.Repeat(Scheduler.Kv);
        foreach (var slice in slices)
        {
            var tokens = Scheduler.Spec(slice.Row).Content.Keys;
            for (var position = 0; position < slice.FromToken; position++) memory.AssertHolds(slice.Sequence, position, PrefixOf(tokens, position), "");
            for (var position = slice.FromToken; position < slice.FromToken + slice.Tokens; position++)
            {
                memory.Write(slice.Sequence, position, PrefixOf(tokens, position), "");
            }
        }

        Assert.True(memory.LiveCells <= Scheduler.Kv.BlocksTotal * Scheduler.Kv.BlockSizeTokens, $"{memory.LiveCells} cells live");
    }

    private static string PrefixOf(ReadOnlySpan<int> tokens, int position) => string.Join(',', tokens[..(position + 1)].ToArray());

    private void Submit(Job job)
    {
        var facts = new RequestFacts
        {
            Id = new RequestId(job.Id),
            PromptTokens = job.Prompt.Length,
            OutputTokensMax = job.OutputTokensMax,
            ArrivalUs = job.ArrivalStep * 1000L,
            Priority = job.Priority,
            Class = new ClassId(job.Class),
        };
        if (Scheduler.TryEnqueue(new RequestSpec(facts, TokenContent.FromTokens([.. job.Prompt])), out var row, out var refusal)) _byRow[row] = job;
        else
        {
            Traces[job.Id].Ends++;
            Traces[job.Id].Outcome = refusal;
        }
    }

    private void EndRefused()
    {
        foreach (var refused in Scheduler.Refused.ToArray()) End(refused.Row, refused.Reason);
    }

    private void AssertLaws(StepSlice[] slices, bool wasIdle)
    {
        Assert.True(slices.Sum(slice => slice.Tokens) <= _limits.StepTokensMax, "more tokens than a step may hold");
        Assert.True(Scheduler.RunningCount <= _limits.RunningMax, "more requests than may run");
        Assert.Equal(slices.Length, slices.Select(slice => slice.Row).Distinct().Count());
        if (!wasIdle && Scheduler.Refused.IsEmpty) Assert.True(slices.Length > 0, $"step {Step} is empty while {Scheduler.WaitingCount} wait and {Scheduler.RunningCount} run");
    }
}
