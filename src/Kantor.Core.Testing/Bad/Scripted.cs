using Kantor.Core.Batching;
using Kantor.Core.Decisions;

namespace Kantor.Core.Testing.Bad;

/// <summary>Writes a plan for a step.</summary>
public delegate void PlanStep(BatchView view, BatchPlan plan);

/// <summary>A planner that does what a test says and remembers nothing.</summary>
/// <param name="name">What it is called.</param>
/// <param name="write">Writes the plan.</param>
public sealed class Scripted(string name, PlanStep write) : IBatchPlanner
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan) => write(view, plan);
}
