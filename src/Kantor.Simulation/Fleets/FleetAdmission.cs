using Kantor.Core.Admission;
using Kantor.Core.Decisions;
using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Simulation.Events;

namespace Kantor.Simulation.Fleets;

/// <summary>Asks the admission policy of a fleet about requests that reach it.</summary>
internal sealed class FleetAdmission(IAdmission policy, ReplicaGroup entry, ServiceClassTable classes)
{
    private readonly FleetColumns _seen = new(policy.Reads, classes);

    /// <summary>Name of the policy.</summary>
    public string Name => policy.Name;

    /// <summary>What the policy remembers.</summary>
    public PolicyState State { get; } = policy.NewState();

    /// <summary>The verdict about a request.</summary>
    /// <exception cref="SimulationException">The policy gives one that is none.</exception>
    public Verdict Judge(RequestSpec spec, int waitingOutside, long nowUs)
    {
        _seen.Show(entry.Changes, entry);
        var verdict = policy.Judge(spec.Facts, _seen.For(spec, waitingOutside, nowUs), State);
        return verdict.FaultFor(spec.Facts.OutputTokensMax, nowUs) is { } fault
            ? throw new SimulationException($"Admission '{policy.Name}' {fault} (request {spec.Id}).")
            : verdict;
    }
}
