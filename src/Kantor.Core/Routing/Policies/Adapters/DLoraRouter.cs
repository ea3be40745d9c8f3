using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Adapters;

/// <summary>
/// The proactive dispatch of dLoRA (OSDI 2024): the least estimated cost of what is there, full batches at 0.6 each and the rest of one by
/// its share, plus the time to load the adapter where it is not in a slot.
/// </summary>
/// <remarks>Its reactive part moves requests and adapters between replicas by an integer program; this contract has no means to move a
/// request that runs, so it is left out.</remarks>
public sealed class DLoraRouter(DLoraOptions? options = null) : CostRouter(
    PolicySpec.Of("dlora", DLoraOptions.Keys, options ?? new DLoraOptions()).ToString(), Signals.Load | Signals.Adapters)
{
    private const double FullBatch = 0.6;

    private readonly DLoraOptions _options = options ?? new DLoraOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the least cost of the batches that are there, plus loading the adapter where it is in no slot; moves nobody later",
        "dLoRA, OSDI 2024, engine_manager.py, its dispatch")
    {
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints)",
    };

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        var (batches, rest) = Math.DivRem(fleet.Endpoints[place].Requests, _options.Batch);
        var load = fleet.HasAdapter[place] ? 0 : _options.LoadMs / 1000;
        return (batches * FullBatch) + ((double)rest / _options.Batch) + load;
    }
}
