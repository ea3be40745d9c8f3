using Kantor.Core.Batching.Parts.Ordered;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>What <see cref="BlindFlowPlanner"/> remembers beside the queue: the starts that are left of the step's budget.</summary>
internal sealed class BlindFlowState : OrderedState
{
    public int StartsLeft { get; set; }
}
