using Kantor.Core.Batching;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Testing.Laws;

/// <summary>Something that batch planners must keep.</summary>
/// <param name="Id">Its number in docs/invariants.md.</param>
/// <param name="Says">What it says.</param>
/// <param name="Of">The promise that makes it binding; <see cref="PolicyPromises.None"/> when it binds every planner.</param>
/// <param name="Check">Throws <see cref="LawBrokenException"/> when the planner breaks it.</param>
public sealed record PlannerLaw(string Id, string Says, PolicyPromises Of, Action<IBatchPlanner> Check)
{
    /// <summary>Whether a planner that makes these promises has to keep it.</summary>
    public bool Binds(PolicyPromises promises) => (promises & Of) == Of;
}
