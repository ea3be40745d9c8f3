using BenchmarkDotNet.Attributes;
using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Runs;

namespace Kantor.MicroBench;

/// <summary>
/// A step of a replica with a queue of 10,000: planned, booked, a token for everybody who generates. Whoever ends comes again, so that the queue
/// stays as long as it is.
/// </summary>
[MemoryDiagnoser]
public class PlanningBench
{
    private ReplicaScheduler _scheduler = null!;
    private int _nextId;

    [Params("fcfs", "vllm-v1", "sarathi", "svf", "orca")]
    public string Policy { get; set; } = "";

    [Params(10_000)]
    public int Queued { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _scheduler = new ReplicaScheduler(new ReplicaOptions
        {
            Planner = PolicyCatalogue.Planner(Policy),
            Limits = new BatchLimits { StepTokensMax = 2048, RunningMax = 256 },
            Kv = new KvLedgerOptions { BlocksTotal = 4096, BlockSizeTokens = 16 },
            Predictor = new ClassQuantilePredictor(),
            StepTime = ReplicaRun.StepTime,
        });
        for (_nextId = 0; _nextId < Queued;) Enqueue();
        for (var step = 0; step < 500; step++) Step();
    }

    [Benchmark]
    public int Step()
    {
        _scheduler.PlanStep(0);
        _scheduler.CompleteStep();
        foreach (var slice in _scheduler.Slices)
        {
            if (slice.Generates) Generate(slice.Row);
        }

        while (_scheduler.WaitingCount < Queued) Enqueue();
        return _scheduler.RunningCount;
    }

    private void Generate(int row)
    {
        _scheduler.Generate(row, null);
        if (_scheduler.GeneratedTokens(row) == _scheduler.Spec(row).Facts.OutputTokensMax) _scheduler.End(row, RequestOutcome.LengthReached);
    }

    private void Enqueue()
    {
        var content = TokenContent.Opaque(200 + (37 * _nextId % 600));
        var facts = new RequestFacts
        {
            Id = new RequestId(_nextId),
            PromptTokens = content.Count,
            OutputTokensMax = 50 + (_nextId % 300),
            ArrivalUs = _nextId++,
        };
        if (!_scheduler.TryEnqueue(new RequestSpec(facts, content), out _, out _)) throw new InvalidOperationException("A request was refused.");
    }
}
