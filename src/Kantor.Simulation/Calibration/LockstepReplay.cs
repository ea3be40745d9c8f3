using Kantor.Core.Batching;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Core.Units;
using Kantor.Simulation.Traces;

namespace Kantor.Simulation.Calibration;

/// <summary>A trace on one deployment whose data-parallel groups step together.</summary>
public sealed record LockstepReplayOptions
{
    /// <summary>Requests in the order of arrival.</summary>
    public required IReadOnlyList<TraceRequest> Trace { get; init; }

    /// <summary>Groups, at least 1, each with a scheduler of its own.</summary>
    public required int Groups { get; init; }

    /// <summary>Scheduler of a group.</summary>
    public required ReplicaOptions Replica { get; init; }

    /// <summary>
    /// Whether each step is planned when the one before it starts, as engines with asynchronous scheduling do: a request that arrives during a
    /// step then misses the next one too.
    /// </summary>
    public bool PlansAhead { get; init; }

    /// <summary>Duration of a step of all groups.</summary>
    public required ComposedStepTime StepTime { get; init; }
}

/// <summary>
/// Replays a trace in virtual time on groups that share experts: a step lasts until the slowest group is done, so that the chunks of one
/// delay the decodes of all. With one group it is a replica like any other. Requests go to the group with the least 4 × waiting + running,
/// as vLLM's front end for data parallelism sends them. Steps last whole microseconds, as in the simulator.
/// </summary>
public sealed class LockstepReplay
{
    private const int WaitingWeight = 4;

    private readonly LockstepReplayOptions _options;
    private readonly ReplicaScheduler[] _groups;
    private readonly StepLoad[] _loads;
    private readonly double[] _firstUs;
    private readonly ClosedLoopTiming?[] _timings;
    private double _nowUs;
    private double _seenUs;
    private int _arrived;
    private int _ended;

    private LockstepReplay(LockstepReplayOptions options)
    {
        _options = options;
        _groups = [.. Enumerable.Range(0, options.Groups).Select(_ => new ReplicaScheduler(options.Replica))];
        _loads = new StepLoad[options.Groups];
        _firstUs = new double[options.Trace.Count];
        _timings = new ClosedLoopTiming?[options.Trace.Count];
    }

    /// <summary>Timings of all requests, in the order of arrival; time to the first token counts from arrival.</summary>
    /// <exception cref="SimulationException">A request never fits, or the policy plans nothing.</exception>
    public static IReadOnlyList<ClosedLoopTiming> Run(LockstepReplayOptions options, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Groups, 1);
        var replay = new LockstepReplay(options);
        while (replay._ended < options.Trace.Count)
        {
            cancellation.ThrowIfCancellationRequested();
            replay.Receive();
            replay.Step();
        }

        return [.. replay._timings.Select(timing => timing!.Value)];
    }

    private void Receive()
    {
        if (_groups.All(group => group.IsIdle) && _arrived < _options.Trace.Count) _seenUs = _nowUs = Math.Max(_nowUs, _options.Trace[_arrived].ArrivalUs);
        while (_arrived < _options.Trace.Count && _options.Trace[_arrived].ArrivalUs <= _seenUs)
        {
            var request = _options.Trace[_arrived];
            var spec = new RequestSpec
            {
                Id = new RequestId(_arrived),
                Content = request.NewContent(),
                OutputTokensMax = request.OutputTokens,
                ArrivalUs = request.ArrivalUs,
            };
            if (!LeastLoaded().TryEnqueue(spec, out _, out var refusal)) throw new SimulationException($"Request {_arrived} of {request.PromptTokens} + {request.OutputTokens} tokens: {refusal}.");
            _arrived++;
        }
    }

    private ReplicaScheduler LeastLoaded() => _groups.MinBy(group => (WaitingWeight * group.WaitingCount) + group.RunningCount)!;

    private void Step()
    {
        for (var i = 0; i < _groups.Length; i++)
        {
            _groups[i].PlanStep((long)_nowUs);
            _loads[i] = default;
            foreach (var slice in _groups[i].Slices) _loads[i] = _loads[i].With(slice.Tokens, slice.FromToken, slice.IsDecode);
        }

        if (_loads.All(load => load.IsEmpty) && _groups.All(group => group.Preempted.IsEmpty))
        {
            throw new SimulationException($"{_options.Replica.Planner.Name} plans nothing at {_nowUs:F0} us.");
        }

        var startUs = _nowUs;
        _nowUs += Math.Ceiling(_options.StepTime.LockstepUs(_loads));
        _seenUs = _options.PlansAhead ? startUs : _nowUs;
        foreach (var group in _groups) End(group);
    }

    private void End(ReplicaScheduler group)
    {
        if (group.Slices.IsEmpty) return;
        group.CompleteStep();
        foreach (var slice in group.Slices)
        {
            if (slice.Generates) Generate(group, slice.Row);
        }
    }

    private void Generate(ReplicaScheduler group, int row)
    {
        group.Generate(row, token: null);
        var request = (int)group.Spec(row).Id.Value;
        var generated = group.GeneratedTokens(row);
        if (generated == 1) _firstUs[request] = _nowUs;
        if (generated < _options.Trace[request].OutputTokens) return;
        double? tpot = generated > 1 ? (_nowUs - _firstUs[request]) / 1e3 / (generated - 1) : null;
        _timings[request] = new ClosedLoopTiming(request, (_firstUs[request] - _options.Trace[request].ArrivalUs) / 1e3, tpot);
        group.End(row, RequestOutcome.LengthReached);
        _ended++;
    }
}
