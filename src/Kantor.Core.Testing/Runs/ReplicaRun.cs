using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Testing.Runs;

/// <summary>
/// A replica that executes steps in no time, generates tokens that depend on the whole prefix, and checks the laws in each step.
/// </summary>
public sealed class ReplicaRun
{
    private const int StepUs = 1_000;
    private readonly Dictionary<int, Job> _byRow = [];
    private readonly Queue<Job> _coming;
    private readonly BatchLimits _limits;

    /// <summary>A run in which nothing has happened.</summary>
    /// <param name="planner">Plans the steps.</param>
    /// <param name="limits">Limits of a step.</param>
    /// <param name="kv">The pool.</param>
    /// <param name="jobs">The requests.</param>
    /// <param name="predictor">What is believed of output lengths; 8 tokens each when not given.</param>
    /// <param name="rules">When what is computed can be found; the usual rules when not given.</param>
    /// <param name="classes">The service classes; one that wants nothing when not given.</param>
    /// <param name="stepTime">What policies are told of step times; <see cref="StepTime"/>, which is true here, when not given.</param>
    /// <param name="tiers">KV behind the pool that copies at once; none when not given.</param>
    /// <param name="newListener">Makes what hears every event, from what the replica is made of; nobody when not given.</param>
    public ReplicaRun(
        IBatchPlanner planner,
        BatchLimits limits,
        KvLedgerOptions kv,
        IEnumerable<Job> jobs,
        ILengthPredictor? predictor = null,
        KvRules? rules = null,
        Func<ReplicaOptions, PolicyState>? newListener = null,
        ServiceClassTable? classes = null,
        IStepTimeModel? stepTime = null,
        IReadOnlyList<KvTier>? tiers = null)
    {
        _limits = limits;
        _coming = new Queue<Job>(jobs.OrderBy(job => job.ArrivalStep).ThenBy(job => job.Id));
        Traces = _coming.ToDictionary(job => job.Id, _ => new JobTrace());
        var options = new ReplicaOptions
        {
            Planner = planner,
            Limits = limits,
            Kv = kv,
            KvRules = rules,
            Predictor = predictor ?? new ConstantLengthPredictor(8),
            StepTime = stepTime ?? StepTime,
            Classes = classes ?? ServiceClassTable.Plain,
            Tiers = tiers ?? [],
        };
        Scheduler = new ReplicaScheduler(options with { Listener = newListener?.Invoke(options) });
    }

    /// <summary>The rounds of the theory: every step takes one millisecond, whatever is in it (arXiv 2502.07115, section 2).</summary>
    public static IStepTimeModel StepTime { get; } = new LinearStepTime(StepUs, 0, 0, 0);

    /// <summary>The scheduler under way.</summary>
    public ReplicaScheduler Scheduler { get; }

    /// <summary>What became of each job, by id.</summary>
    public IReadOnlyDictionary<long, JobTrace> Traces { get; }

    /// <summary>Number of the coming step, from 0.</summary>
    public int Step { get; private set; }

    /// <summary>Whether the laws of the books are proved after each step; quadratic in the pool, so long runs leave it out.</summary>
    public bool Verifies { get; init; } = true;

    /// <summary>Memory on which the KV changes are repeated and in which every executed slice must find its whole context.</summary>
    public FakeKvMemory? Memory { get; init; }

    /// <summary>Whether nobody comes, waits or runs any more.</summary>
    public bool IsOver => _coming.Count == 0 && Scheduler.IsIdle;

    /// <summary>The job in a row.</summary>
    public Job JobOf(int row) => _byRow[row];

    /// <summary>Runs to the end.</summary>
    /// <exception cref="LawBrokenException">It is not over after that many steps, or a law was broken in one of them.</exception>
    public ReplicaRun ToEnd(int stepsMax = 20_000)
    {
        while (!IsOver)
        {
            LawBrokenException.Unless(
                Step < stepsMax, () => $"not over after {stepsMax} steps: {Scheduler.RunningCount} run, {Scheduler.WaitingCount} wait");
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
        if (slices.Length > 0) Scheduler.CompleteStep(StepUs);
        foreach (var slice in slices) Finish(slice);
        EndRefused();
        if (Verifies) Scheduler.Verify();
        Step++;
        return slices;
    }

    /// <summary>Lets those come that are due.</summary>
    public void Arrive()
    {
        while (_coming.TryPeek(out var job) && job.ArrivalStep <= Step)
        {
            Submit(_coming.Dequeue());
        }
    }

    /// <summary>Plans the coming step and checks the plan. Returns what is to be executed.</summary>
    public StepSlice[] Plan()
    {
        var wasIdle = Scheduler.IsIdle;
        Scheduler.PlanStep(Step * 1000L);
        var slices = Scheduler.Slices.ToArray();
        RequireLaws(slices, wasIdle);
        foreach (var row in Scheduler.Preempted) Traces[_byRow[row].Id].Preemptions++;
        return slices;
    }

    /// <summary>The slice was executed: its job generates a token when it has caught up, and ends when that was its last.</summary>
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
        if (trace.Generated == job.OutputTokens)
        {
            End(slice.Row, job.OutputTokens == job.OutputTokensMax ? RequestOutcome.LengthReached : RequestOutcome.Stopped);
        }
    }

    /// <summary>The job in a row ends.</summary>
    public void End(int row, RequestOutcome outcome)
    {
        var trace = Traces[_byRow[row].Id];
        Scheduler.End(row, outcome);
        trace.Ends++;
        (trace.EndStep, trace.Outcome) = (Step, outcome);
        _byRow.Remove(row);
    }

    /// <summary>The row of a job that has come and not ended.</summary>
    public int RowOf(long id) => _byRow.Single(entry => entry.Value.Id == id).Key;

    private void Execute(FakeKvMemory memory, StepSlice[] slices)
    {
        memory.Repeat(Scheduler.Kv);
        foreach (var slice in slices)
        {
            var tokens = Scheduler.Spec(slice.Row).Content.Keys;
            for (var position = 0; position < slice.FromToken; position++)
            {
                memory.RequireHolds(slice.Sequence, position, PrefixOf(tokens, position), "");
            }

            for (var position = slice.FromToken; position < slice.FromToken + slice.Tokens; position++)
            {
                memory.Write(slice.Sequence, position, PrefixOf(tokens, position), "");
            }
        }

        LawBrokenException.Unless(
            memory.LiveCells <= Scheduler.Kv.BlocksTotal * Scheduler.Kv.BlockSizeTokens, () => $"{memory.LiveCells} cells live");
    }

    private static string PrefixOf(ReadOnlySpan<int> tokens, int position) => string.Join(',', tokens[..(position + 1)].ToArray());

    private void Submit(Job job)
    {
        var facts = new RequestFacts
        {
            Id = new RequestId(job.Id),
            PromptTokens = job.Prompt.Count,
            OutputTokensMax = job.OutputTokensMax,
            ArrivalUs = job.ArrivalStep * 1000L,
            Priority = job.Priority,
            Class = new ClassId(job.Class),
            Tenant = new TenantId(job.Tenant),
        };
        if (Scheduler.TryEnqueue(new RequestSpec(facts, TokenContent.FromTokens([.. job.Prompt])), out var row, out var refusal))
        {
            _byRow[row] = job;
        }
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

    private void RequireLaws(StepSlice[] slices, bool wasIdle)
    {
        LawBrokenException.Unless(slices.Sum(slice => slice.Tokens) <= _limits.StepTokensMax, "more tokens than a step may hold");
        LawBrokenException.Unless(Scheduler.RunningCount <= _limits.RunningMax, "more requests than may run");
        LawBrokenException.Unless(slices.Select(slice => slice.Row).Distinct().Count() == slices.Length, "a request is twice in a step");
        var mayBeEmpty = wasIdle || !Scheduler.Refused.IsEmpty || Scheduler.HeldUntilUs is not null;
        LawBrokenException.Unless(
            mayBeEmpty || slices.Length > 0, () =>
                $"step {Step} is empty while {Scheduler.WaitingCount} wait and {Scheduler.RunningCount} run");
    }
}
