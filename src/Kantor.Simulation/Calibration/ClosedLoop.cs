using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Core.Units;

namespace Kantor.Simulation.Calibration;

/// <summary>A closed loop of users on one replica: each sends its next request as soon as it has the answer to the last.</summary>
public sealed record ClosedLoopOptions
{
    /// <summary>Users; all of them send their first request at time 0.</summary>
    public required int Users { get; init; }

    /// <summary>Prompt and output tokens of each request, in the order of sending; its number is that of requests.</summary>
    public required IReadOnlyList<(int Prompt, int Output)> Lengths { get; init; }

    /// <summary>Scheduler of the replica.</summary>
    public required ReplicaOptions Replica { get; init; }

    /// <summary>
    /// Whether each step is planned when the one before it starts, as engines with asynchronous scheduling do: a request that arrives during a
    /// step then misses the next one too.
    /// </summary>
    public bool PlansAhead { get; init; }

    /// <summary>Microseconds between sending a request of so many prompt tokens and its arrival at the scheduler.</summary>
    public required Func<int, double> RequestUs { get; init; }
}

/// <summary>What a user sees of a request, in milliseconds.</summary>
/// <param name="Request">Number of the request.</param>
/// <param name="TtftMs">From sending to the first token.</param>
/// <param name="TpotMs">Mean distance of the further tokens; null for an answer of one token.</param>
public readonly record struct ClosedLoopTiming(int Request, double TtftMs, double? TpotMs);

/// <summary>Runs a <see cref="ClosedLoopOptions"/> in virtual time, step by step, on the scheduler that the engine runs.</summary>
public sealed class ClosedLoop
{
    private readonly ClosedLoopOptions _options;
    private readonly ReplicaScheduler _scheduler;
    private readonly PriorityQueue<int, (double AtUs, int Id)> _arrivals = new();
    private readonly double[] _sentUs;
    private readonly double[] _firstUs;
    private readonly List<ClosedLoopTiming> _timings = [];
    private double _nowUs;
    private double _seenUs;
    private int _sent;

    private ClosedLoop(ClosedLoopOptions options)
    {
        _options = options;
        _scheduler = new ReplicaScheduler(options.Replica);
        (_sentUs, _firstUs) = (new double[options.Lengths.Count], new double[options.Lengths.Count]);
    }

    /// <summary>Timings of all requests, in the order of their ends.</summary>
    /// <exception cref="SimulationException">A request fits the replica never, or the policy plans nothing.</exception>
    public static IReadOnlyList<ClosedLoopTiming> Run(ClosedLoopOptions options, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Users, 1);
        return new ClosedLoop(options).RunToEnd(cancellation);
    }

    private List<ClosedLoopTiming> RunToEnd(CancellationToken cancellation)
    {
        for (var user = 0; user < _options.Users; user++) Send();
        while (_timings.Count < _options.Lengths.Count)
        {
            cancellation.ThrowIfCancellationRequested();
            Receive();
            Step();
        }

        return _timings;
    }

    private void Send()
    {
        if (_sent == _options.Lengths.Count) return;
        _sentUs[_sent] = _nowUs;
        _arrivals.Enqueue(_sent, (_nowUs + _options.RequestUs(_options.Lengths[_sent].Prompt), _sent));
        _sent++;
    }

    /// <summary>Hands over what has arrived; an idle replica waits for the next arrival.</summary>
    private void Receive()
    {
        if (_scheduler.IsIdle && _arrivals.TryPeek(out _, out var next)) _seenUs = _nowUs = Math.Max(_nowUs, next.AtUs);
        while (_arrivals.TryPeek(out var request, out var arrival) && arrival.AtUs <= _seenUs)
        {
            _arrivals.Dequeue();
            var (prompt, output) = _options.Lengths[request];
            var spec = new RequestSpec
            {
                Id = new RequestId(request),
                Content = TokenContent.Opaque(prompt),
                OutputTokensMax = output,
                ArrivalUs = (long)arrival.AtUs,
            };
            if (!_scheduler.TryEnqueue(spec, out _, out var refusal)) throw new SimulationException($"Request {request} of {prompt} + {output} tokens: {refusal}.");
        }
    }

    private void Step()
    {
        _scheduler.PlanStep((long)_nowUs);
        if (_scheduler.Slices.IsEmpty && _scheduler.Preempted.IsEmpty) throw new SimulationException($"{_scheduler.Planner.Name} plans nothing at {_nowUs:F0} us.");
        var load = default(StepLoad);
        foreach (var slice in _scheduler.Slices) load = load.With(slice.Tokens, slice.FromToken, slice.IsDecode);
        var startUs = _nowUs;
        _nowUs += _options.Replica.StepTime.StepUs(load);
        _seenUs = _options.PlansAhead ? startUs : _nowUs;
        _scheduler.CompleteStep();
        foreach (var slice in _scheduler.Slices)
        {
            if (slice.Generates) Generate(slice.Row);
        }
    }

    private void Generate(int row)
    {
        _scheduler.Generate(row, token: null);
        var request = (int)_scheduler.Spec(row).Id.Value;
        var generated = _scheduler.GeneratedTokens(row);
        if (generated == 1) _firstUs[request] = _nowUs;
        if (generated < _options.Lengths[request].Output) return;
        double? tpot = generated > 1 ? (_nowUs - _firstUs[request]) / 1e3 / (generated - 1) : null;
        _timings.Add(new ClosedLoopTiming(request, (_firstUs[request] - _sentUs[request]) / 1e3, tpot));
        _scheduler.End(row, RequestOutcome.LengthReached);
        Send();
    }
}
