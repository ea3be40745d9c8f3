using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Decisions;

namespace Kantor.Simulation.Tests.Clients;

/// <summary>Plans as fcfs and writes down whose requests wait at its first plan.</summary>
internal sealed class PriorityWatcher : IBatchPlanner
{
    private readonly FcfsPlanner _planner = new();

    public List<(int Tenant, int Priority, int Class)> Seen { get; } = [];

    public string Name => "watcher";

    public PolicyState NewState() => _planner.NewState();

    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        if (Seen.Count == 0)
        {
            foreach (var row in view.Waiting) Seen.Add((view.Tenants[row], view.Priorities[row], view.Classes[row]));
        }

        _planner.Plan(view, state, plan);
    }
}
