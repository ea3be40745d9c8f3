using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Acceptance.Vllm;

/// <summary>Our scheduler on a workload of the fixture; writes its decisions down as the fixture does.</summary>
/// <remarks>
/// A step in which vLLM preempts and computes nothing is none of ours: <see cref="ReplicaScheduler.PlanStep"/> plans again at once. So what is
/// planned then is compared with vLLM's next step, and of the empty one who was preempted.
/// </remarks>
internal sealed class OracleReplay
{
    private readonly ReplicaScheduler _scheduler;
    private readonly Queue<OracleRequest> _coming;
    private readonly Dictionary<int, OracleRequest> _byRow = [];
    private readonly Dictionary<int, long> _ids = [];
    private readonly HashSet<long> _waiting = [];
    private readonly string _id;
    private readonly IReadOnlyList<string> _expected;
    private bool _isPlanned;

    public OracleReplay(OracleWorkload workload, IReadOnlyList<string> expected, VllmV1Options? options = null)
    {
        _expected = expected;
        _id = workload.Id;
        _coming = new Queue<OracleRequest>(workload.Requests.OrderBy(request => request.Arrival));
        _scheduler = new ReplicaScheduler(new ReplicaOptions
        {
            Planner = new VllmV1Planner((options ?? new VllmV1Options()) with
            {
                Order = workload.Policy == "priority" ? VllmV1Order.Priority : VllmV1Order.Fcfs,
                WholeSequenceMustFit = workload.WholeFit,
                LongPrefillTokensMax = workload.LongPrefill == 0 ? null : workload.LongPrefill,
                Watermark = workload.Watermark,
                ChunkedPrefill = workload.Chunked,
            }),
            Limits = new BatchLimits { StepTokensMax = workload.MaxTokens, RunningMax = workload.MaxSeqs },
            Kv = new KvLedgerOptions { BlocksTotal = workload.Blocks, BlockSizeTokens = workload.BlockSize, PrefixCaching = workload.Caching },
            Predictor = new ConstantLengthPredictor(8),
            StepTime = StepTimeProfiles.Unit.StepTime,
        });
    }

    public SchedulerCounters Counters => _scheduler.Counters;

    /// <summary>Runs until a step differs from what vLLM decided, and says how it differs; null when none does.</summary>
    public string? FirstDifference()
    {
        for (var step = 0; step < _expected.Count; step++)
        {
            if (Advance(step) is var decided && decided != _expected[step]) return $"{_id}:\n  vllm   {_expected[step]}\n  kantor {decided}";
        }

        return null;
    }

    /// <summary>Runs to the end, whatever vLLM decided.</summary>
    public OracleReplay ToEnd(int stepsMax = 5000)
    {
        for (var step = 0; _coming.Count > 0 || !_scheduler.IsIdle; step++)
        {
            Assert.True(step < stepsMax, $"{_id} is not over after {stepsMax} steps");
            Submit(step);
            _scheduler.PlanStep(step * 1000L);
            Finish(_scheduler.Slices.ToArray());
        }

        return this;
    }

    private string Advance(int step)
    {
        Submit(step);
        if (!_isPlanned) _scheduler.PlanStep(step * 1000L);
        var preempted = _isPlanned ? [] : _scheduler.Preempted.ToArray().Select(row => _ids[row]).ToArray();
        _waiting.UnionWith(preempted);
        _isPlanned = preempted.Length > 0 && _expected[step].Contains(" s=[] ", StringComparison.Ordinal);
        return _isPlanned ? EmptyStep(step, preempted) : Execute(step, preempted);
    }

    private string Execute(int step, long[] preempted)
    {
        var slices = _scheduler.Slices.ToArray();
        var admitted = slices.Where(slice => _waiting.Remove(_ids[slice.Row])).ToArray();
        var available = _scheduler.Kv.BlocksAvailable;
        Finish(slices);
        return Decision(step, Pairs(slices, slice => slice.Tokens), preempted, Pairs(admitted, slice => slice.FromToken))
            + $" f={available} e={_scheduler.Kv.BlocksAvailable}";
    }

    /// <summary>What is free then cannot be seen from outside, so it is not compared.</summary>
    private string EmptyStep(int step, long[] preempted) =>
        Decision(step, "[]", preempted, "[]") + _expected[step][_expected[step].IndexOf(" f=", StringComparison.Ordinal)..];

    private static string Decision(int step, string slices, long[] preempted, string admitted) =>
        $"t={step} s={slices} p=[{string.Join(",", preempted)}] a={admitted}";

    private string Pairs(StepSlice[] slices, Func<StepSlice, int> number) =>
        $"[{string.Join(",", slices.Select(slice => $"[{_ids[slice.Row]},{number(slice)}]"))}]";

    private void Finish(StepSlice[] slices)
    {
        _scheduler.Kv.Verify();
        if (slices.Length > 0) _scheduler.CompleteStep();
        foreach (var slice in slices.Where(slice => slice.Generates))
        {
            var request = _byRow[slice.Row];
            var generated = _scheduler.GeneratedTokens(slice.Row);
            _scheduler.Generate(slice.Row, 500_000_000 + ((int)request.Id * 10_000) + generated);
            if (generated + 1 < request.Out) continue;
            _scheduler.End(slice.Row, RequestOutcome.LengthReached);
            _byRow.Remove(slice.Row);
        }
    }

    private void Submit(int step)
    {
        while (_coming.TryPeek(out var next) && next.Arrival <= step) Submit(_coming.Dequeue(), step);
    }

    private void Submit(OracleRequest request, int step)
    {
        var facts = new RequestFacts
        {
            Id = new RequestId(request.Id),
            PromptTokens = request.Prompt.Length,
            OutputTokensMax = request.Out,
            ArrivalUs = step * 1000L,
            Priority = request.Priority,
        };
        Assert.True(_scheduler.TryEnqueue(new RequestSpec(facts, TokenContent.FromTokens([.. request.Prompt])), out var row, out var refusal), $"{refusal}");
        _byRow[row] = request;
        _ids[row] = request.Id;
        _waiting.Add(request.Id);
    }
}
