using System.Diagnostics.CodeAnalysis;
using Kantor.Core.Admission;
using Kantor.Core.Objectives;
using Kantor.Core.Routing;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Pools;

namespace Kantor.Simulation;

/// <summary>
/// A fleet and the policies that run it: the pool that requests arrive at and, where prefill and decode are apart, the one that they go on
/// to.
/// </summary>
public sealed record SimulationOptions : ReplicaPool
{
    /// <summary>A run whose members are to be set.</summary>
    public SimulationOptions()
    {
    }

    /// <summary>A run on these replicas.</summary>
    [SetsRequiredMembers]
    public SimulationOptions(ReplicaPool replicas, IRouter router, int outputTokensMax)
        : base(replicas) => (Router, OutputTokensMax) = (router, outputTokensMax);

    /// <summary>
    /// Chooses the replica of each request on arrival, by what it has heard of the fleet (<see cref="ReplicaPool.Signals"/>).
    /// </summary>
    public required IRouter Router { get; init; }

    /// <summary>Decides which requests are let in, before they are routed.</summary>
    public IAdmission Admission { get; init; } = new AcceptAllAdmission();

    /// <summary>Where requests go on after their first token; null when the replicas that they arrive at serve them to the end.</summary>
    public DecodePool? Decode { get; init; }

    /// <summary>Failures, drains and additions, and what becomes of requests that have no replica.</summary>
    public FleetOptions Fleet { get; init; } = new();

    /// <summary>Who sends the requests of the trace, and when.</summary>
    public ClientOptions Clients { get; init; } = new();

    /// <summary>
    /// Output limit that every request declares, at least 1. One constant for all, so that it tells nothing about a request's true output;
    /// an output that is longer in the trace is cut here, as a server would.
    /// </summary>
    public required int OutputTokensMax { get; init; }

    /// <summary>
    /// Whether runs of equal decode steps are advanced at once, where the policy promises that its plan repeats itself. Changes no event
    /// time and no decision, only the time that the run takes; step by step is the reference.
    /// </summary>
    public bool Leaping { get; init; } = true;

    /// <summary>
    /// What the run is judged by, and what policies see as the value and the wishes of service classes. By default every whole answer is
    /// worth the same, however late it comes.
    /// </summary>
    public Objective Objective { get; init; } = Objective.Goodput(new SloSpec());

    /// <summary>What a request has to meet to count as good; setting it makes goodput under it the whole <see cref="Objective"/>.</summary>
    public SloSpec Slo
    {
        get => Objective.Slo;
        init => Objective = Objective.Goodput(value);
    }

    /// <summary>
    /// Whether the result holds a record of every request; without them the memory of a run does not grow with its trace.
    /// </summary>
    public bool KeepsRecords { get; init; } = true;

    /// <summary>Steps of one replica in a row without a generated token after which the run fails as making no progress.</summary>
    public int StepsWithoutTokenMax { get; init; } = 2_000_000;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(OutputTokensMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(StepsWithoutTokenMax, 1);
        Fleet.Validate();
        if (Decode is null && Fleet.ConcernsDecoding)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Fleet), "A replica joins those that decode, but prefill and decode are not apart.");
        }

        Clients.Validate();
        Decode?.Validate();
    }
}
