using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;

namespace Kantor.Core.Batching;

/// <summary>
/// Decides what the next step computes. There is no prefill and no decode phase: each request's computed tokens catch up with its wanted
/// tokens under a budget of tokens and KV blocks.
/// </summary>
/// <remarks>
/// Pure: same view and state, same plan; no clock, chance, I/O or locks. The planner itself is immutable and may be shared by replicas;
/// what it remembers lives in the <see cref="PolicyState"/>, one per replica. Called once per step by the host's loop; an exception, or a
/// plan that <see cref="PlanValidator"/> refuses, makes the host use <see cref="FcfsPlanner"/> for that step and report it.
/// </remarks>
public interface IBatchPlanner
{
    /// <summary>
    /// The policy as it is written: its name, and the options that differ from the usual ones (<see cref="Catalogue.PolicySpec"/>).
    /// </summary>
    string Name { get; }

    /// <summary>
    /// Whether <see cref="BatchView.Priorities"/> change its plans. A host refuses requests with a priority where they would not, so that
    /// none is accepted and ignored.
    /// </summary>
    bool HasPriorities => false;

    /// <summary>How the admissions of a step share KV under this policy.</summary>
    KvRules KvRules => KvRules.Usual;

    /// <summary>Fresh memory for one replica.</summary>
    PolicyState NewState();

    /// <summary>Writes the plan for the coming step into the empty <paramref name="plan"/>.</summary>
    void Plan(in BatchView view, PolicyState state, BatchPlan plan);

    /// <summary>
    /// For how many steps, the coming one included, the plan just written repeats itself, grant for grant; at least 1, which says that this
    /// policy must see every step. Asked after the plan was booked, and only when it grants tokens to every running row and to nobody else,
    /// preempts and refuses nobody, and every row either computes its newest token or cannot catch up in this step.
    /// </summary>
    /// <remarks>
    /// The promise holds while nothing arrives or ends, all running rows find their KV, and every row misses more than it is granted or
    /// decodes. Meanwhile time passes, idle cached content may be evicted, what rows with several tokens compute becomes cached, and the
    /// others grow by a token a step. For these steps <see cref="Plan"/> is not called; the state hears of them by
    /// <see cref="PolicyState.Repeated"/>. The simulator leaps over them; the engine does not ask. A policy that looks at the clock, or at
    /// beliefs about rows that grow, promises 1.
    /// </remarks>
    int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => 1;
}
