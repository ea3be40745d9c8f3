using Kantor.Core;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;
using Kantor.Engine.Tests.Loop;

namespace Kantor.Engine.Tests;

/// <summary>
/// An engine from its start to its end on a back end with few cells, under a random policy and random limits: requests come and are cancelled
/// in random turns, the back end fails now and then, what leaves the pool may go to host memory, and the life ends at rest, by a shutdown amid
/// the work, or because the back end died. The books are closed after every turn, which is where all events are taken in.
/// </summary>
internal sealed class Life
{
    /// <summary>Requests of a life.</summary>
    public const int Requests = 50;

    private const int KvTokenBytes = 64;
    private const int ArrivalTurns = 60;

    private static readonly ScriptedFaultKind[] Failures =
    [
        ScriptedFaultKind.Aborted, ScriptedFaultKind.InvalidBatch, ScriptedFaultKind.NoKvSlot, ScriptedFaultKind.Throws,
        ScriptedFaultKind.NanLogits, ScriptedFaultKind.AllMasked,
    ];

    private readonly RandomStream _random;
    private readonly RandomWorkload _workload;
    private readonly EngineBench _bench;
    private readonly Answer?[] _answers = new Answer?[Requests];
    private readonly int? _restartTurn;

    public Life(ulong seed)
    {
        _random = new RandomStream(seed, "life");
        _workload = new RandomWorkload(seed, Requests);
        _restartTurn = _random.NextInt(3) == 0 ? 1 + _random.NextInt(ArrivalTurns * 2) : null;
        var planners = PolicyCatalogue.PlannerNames.ToArray();
        _bench = new EngineBench(Backend(), planners[_random.NextInt(planners.Length)], Limits);
    }

    /// <summary>What came of it.</summary>
    public LifeCounts Run()
    {
        for (var turn = 0; turn < ArrivalTurns * 3 || !_bench.Loop.IsIdle; turn++)
        {
            Assert.True(turn < 50_000, "The engine makes no progress.");
            Interfere(turn);
            _bench.Loop.Step();
            CloseBooks();
            foreach (var answer in _answers) answer?.Read();
            if (_bench.Loop.RestsForUs is { } us) _bench.Backend.Clock.Advance(us);
            if (_bench.Loop.Inbox.IsClosed && _bench.Loop.IsIdle) break;
        }

        return End();
    }

    /// <summary>One answer in twenty is compared with what its request gives alone; all would take most of the time.</summary>
    private LifeCounts End()
    {
        var sent = Enumerable.Range(0, Requests).Where(index => _answers[index] is not null).ToArray();
        Assert.All(sent, index => Assert.True(_answers[index]!.IsComplete));
        Assert.Equal(sent.Sum(index => _workload.Requests[index].Choices), _bench.Ended.Ends.Count);
        foreach (var index in sent.Where(index => index % 20 == 0))
        {
            Undisturbed.AssertLike(_workload.Requests[index], _answers[index]!, RandomWorkload.TightBackend);
        }

        if (_bench.Loop.Fault is null) _bench.VerifyAtRest();
        var snapshot = _bench.Loop.Snapshot;
        _bench.Loop.Dispose();
        Assert.Equal(0, _bench.Loop.CopiedBytes);
        return new LifeCounts(
            sent.Length, _bench.Ended.Ends.CountBy(end => end.Finish.Outcome).ToDictionary(), snapshot.Steps, snapshot.Preemptions,
            snapshot.BackendFailures, snapshot.LoadedTokens);
    }

    private void Interfere(int turn)
    {
        if (turn == _restartTurn) _bench.Loop.ShutDown(TimeSpan.FromMilliseconds(_random.NextInt(40)));
        for (var index = 0; index < Requests; index++)
        {
            if (_workload.ArrivalTurns[index] == turn && !_bench.Loop.Inbox.IsClosed) _answers[index] = _bench.Submit(_workload.Requests[index]);
            if (_workload.CancelTurns[index] == turn) _answers[index]?.Cancel();
        }
    }

    private void CloseBooks()
    {
        if (_bench.Loop.Fault is not null) return;
        _bench.Loop.Scheduler.Verify();
        var kv = _bench.Loop.Scheduler.Kv;
        // What the books changed since is repeated with the next plan.
        if (kv.Changes.Count == 0) Assert.InRange(_bench.Backend.CellsUsed, 0, kv.BlocksUsed + kv.BlocksIdle);
    }

    private EngineOptions Limits(EngineOptions options) => options with
    {
        RunningMax = 1 + _random.NextInt(8),
        StepTokensMax = 8 + _random.NextInt(17),
        WaitingMax = _random.NextInt(4) == 0 ? 10 : 1_024,
        CachedTokensMax = _random.NextInt(3) == 0 ? null : _random.NextInt(60),
        HostCache = _random.NextInt(3) == 0
            ? null
            : new HostCacheOptions { Bytes = KvTokenBytes * (40 + _random.NextInt(800)), CopyTokensMin = 1 + _random.NextInt(20) },
    };

    private ScriptedBackendOptions Backend()
    {
        var failures = _random.NextInt(2) == 0 ? 0 : 1 + _random.NextInt(30);
        var faults = Enumerable.Range(0, failures)
            .Select(_ => new ScriptedFault { Kind = Failures[_random.NextInt(Failures.Length)], Call = _random.NextInt(600) })
            .ToList();
        if (_random.NextInt(10) == 0) faults.Add(new ScriptedFault { Kind = ScriptedFaultKind.Fatal, Call = 20 + _random.NextInt(200) });
        return RandomWorkload.TightBackend with { Faults = faults, ExportFails = FailsOnce(), ImportFails = FailsOnce() };
    }

    private Func<long, bool>? FailsOnce() => _random.NextInt(4) == 0 && _random.NextInt(60) is var fatal ? call => call == fatal : null;
}

/// <summary>What came of a life, or of several.</summary>
internal sealed record LifeCounts(
    int Requests, Dictionary<RequestOutcome, int> Outcomes, long Steps, long Preemptions, long BackendFailures, long LoadedTokens)
{
    public static LifeCounts None { get; } = new(0, [], 0, 0, 0, 0);

    public LifeCounts Plus(LifeCounts other) => new(
        Requests + other.Requests,
        Outcomes.Concat(other.Outcomes).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value)),
        Steps + other.Steps,
        Preemptions + other.Preemptions,
        BackendFailures + other.BackendFailures,
        LoadedTokens + other.LoadedTokens);
}
