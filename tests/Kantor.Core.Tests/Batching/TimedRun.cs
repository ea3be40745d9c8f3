using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Tests.Batching;

/// <summary>A request of a <see cref="TimedRun"/>.</summary>
internal sealed record TimedJob(long ArrivalUs, int Prompt, int Output, int Class = 0);

/// <summary>A replica whose steps take the time that policies are told, with requests that come at their time and share nothing.</summary>
internal sealed class TimedRun
{
    private readonly ReplicaScheduler _scheduler;
    private readonly IStepTimeModel _stepTime;
    private readonly Dictionary<int, int> _jobOf = [];
    private readonly Dictionary<int, (int Generated, long LastUs)> _progress = [];

    public TimedRun(
        string planner, BatchLimits limits, IStepTimeModel stepTime, IReadOnlyList<TimedJob> jobs, string objective = "goodput(itl=1s)", int kvBlocks = 100_000)
    {
        Assert.True(Objective.TryParse(objective, out var parsed, out var error), error);
        _stepTime = stepTime;
        (FirstUs, Gaps) = (new long?[jobs.Count], new List<(int, long)>());
        _scheduler = new ReplicaScheduler(new ReplicaOptions
        {
            Planner = PolicyCatalogue.Planner(planner),
            Limits = limits,
            Kv = new KvLedgerOptions { BlocksTotal = kvBlocks, BlockSizeTokens = 16 },
            Predictor = new ConstantLengthPredictor(8),
            StepTime = stepTime,
            Classes = parsed.Classes,
        });
        Run(jobs);
    }

    /// <summary>When the first token of each came; null for those that are not there at the end.</summary>
    public long?[] FirstUs { get; }

    /// <summary>All gaps between tokens, with the job.</summary>
    public List<(int Job, long Us)> Gaps { get; }

    /// <summary>What each step held: prompt tokens and decodes.</summary>
    public List<(int PromptTokens, int Decodes)> Steps { get; } = [];

    /// <summary>Requests that wait after each step.</summary>
    public List<int> Waiting { get; } = [];

    /// <summary>When all was done.</summary>
    public long EndUs { get; private set; }

    public static double Median(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private void Run(IReadOnlyList<TimedJob> jobs)
    {
        var (nowUs, next) = (0L, 0);
        while (next < jobs.Count || !_scheduler.IsIdle)
        {
            for (; next < jobs.Count && jobs[next].ArrivalUs <= nowUs; next++) Enqueue(jobs, next);
            if (_scheduler.IsIdle)
            {
                nowUs = jobs[next].ArrivalUs;
                continue;
            }

            _scheduler.PlanStep(nowUs);
            var slices = _scheduler.Slices.ToArray();
            Assert.NotEmpty(slices);
            var us = (long)Math.Ceiling(_stepTime.StepUs(StepSlice.LoadOf(slices)));
            Steps.Add((slices.Where(slice => !slice.IsDecode).Sum(slice => slice.Tokens), slices.Count(slice => slice.IsDecode)));
            _scheduler.TimeIs(nowUs += us);
            _scheduler.CompleteStep(us);
            foreach (var slice in slices.Where(slice => slice.Generates)) Generate(slice.Row, jobs, nowUs);
            Waiting.Add(_scheduler.WaitingCount);
        }

        EndUs = nowUs;
    }

    private void Enqueue(IReadOnlyList<TimedJob> jobs, int index)
    {
        var job = jobs[index];
        var facts = new RequestFacts
        {
            Id = new RequestId(index),
            PromptTokens = job.Prompt,
            OutputTokensMax = job.Output,
            ArrivalUs = job.ArrivalUs,
            Class = new ClassId(job.Class),
        };
        Assert.True(_scheduler.TryEnqueue(new RequestSpec(facts, TokenContent.Opaque(job.Prompt)), out var row, out _));
        _jobOf[row] = index;
    }

    private void Generate(int row, IReadOnlyList<TimedJob> jobs, long nowUs)
    {
        var index = _jobOf[row];
        _scheduler.Generate(row, null);
        if (_progress.TryGetValue(index, out var before)) Gaps.Add((index, nowUs - before.LastUs));
        FirstUs[index] ??= nowUs;
        _progress[index] = (before.Generated + 1, nowUs);
        if (before.Generated + 1 == jobs[index].Output) _scheduler.End(row, RequestOutcome.LengthReached);
    }
}
