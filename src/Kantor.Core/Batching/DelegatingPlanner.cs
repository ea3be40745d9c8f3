using Kantor.Core.Decisions;
using Kantor.Core.Kv;

namespace Kantor.Core.Batching;

/// <summary>A planner that does all as another does, for whoever watches one or changes a part of it.</summary>
/// <param name="planner">The other.</param>
public abstract class DelegatingPlanner(IBatchPlanner planner) : IBatchPlanner
{
    /// <inheritdoc/>
    public virtual string Name => planner.Name;

    /// <inheritdoc/>
    public virtual bool HasPriorities => planner.HasPriorities;

    /// <inheritdoc/>
    public virtual KvRules KvRules => planner.KvRules;

    /// <inheritdoc/>
    public virtual PolicyState NewState() => planner.NewState();

    /// <inheritdoc/>
    public virtual void Plan(in BatchView view, PolicyState state, BatchPlan plan) => planner.Plan(view, state, plan);

    /// <inheritdoc/>
    public virtual int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => planner.RepeatingSteps(view, state, plan);
}
