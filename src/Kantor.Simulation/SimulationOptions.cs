using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;
using Kantor.Simulation.Metrics;

namespace Kantor.Simulation;

/// <summary>A fleet of equal replicas and the policies that run it.</summary>
public sealed record SimulationOptions
{
    /// <summary>Batch policy of every replica.</summary>
    public required IBatchPlanner Planner { get; init; }

    /// <summary>Chooses the replica of each request on arrival, with the fleet's state of that moment.</summary>
    public required IRouter Router { get; init; }

    /// <summary>Number of replicas, 1 to 4096.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Limits of a step, per replica.</summary>
    public required BatchLimits Limits { get; init; }

    /// <summary>KV pool, per replica.</summary>
    public required KvLedgerOptions Kv { get; init; }

    /// <summary>Duration of a step; rounded up to whole microseconds, at least 1.</summary>
    public required IStepTimeModel StepTime { get; init; }

    /// <summary>Makes the length predictor of one replica; each learns from what finishes there.</summary>
    public required Func<ILengthPredictor> NewPredictor { get; init; }

    /// <summary>
    /// Output limit that every request declares, at least 1. One constant for all, so that it tells nothing about a request's true output;
    /// an output that is longer in the trace is cut here, as a server would.
    /// </summary>
    public required int OutputTokensMax { get; init; }

    /// <summary>
    /// Whether runs of equal decode steps are advanced at once, where the policy promises that its plan repeats itself. Changes no event time
    /// and no decision, only the time that the run takes; step by step is the reference.
    /// </summary>
    public bool Leaping { get; init; } = true;

    /// <summary>Objectives that attainment and goodput are counted by; none by default, which every completed request meets. Decides nothing in the run.</summary>
    public SloSpec Slo { get; init; } = new();

    /// <summary>Whether the result holds a record of every request; without them the memory of a run does not grow with its trace.</summary>
    public bool KeepsRecords { get; init; } = true;

    /// <summary>Steps of one replica in a row without a generated token after which the run fails as making no progress.</summary>
    public int StepsWithoutTokenMax { get; init; } = 2_000_000;

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Replicas, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Replicas, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(OutputTokensMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(StepsWithoutTokenMax, 1);
        Limits.Validate();
        Kv.Validate();
    }
}
