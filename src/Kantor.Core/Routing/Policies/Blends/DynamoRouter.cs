using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Blends;

/// <summary>
/// NVIDIA Dynamo's KV router: the least sum of prompt blocks to compute, those that wait too, less credit for what is cached, and of KV
/// blocks in use. With a temperature a draw by softmax, so that equal costs share; with a decay cached blocks count less the more prompts
/// wait, which is its form of today.
/// </summary>
/// <remarks>
/// cost = s · max(0, prompt blocks before and own − credit) + blocks in use + a · requests; credit = c · decay · cached + 0.75 · in a tier
/// behind; decay = 1 / (1 + d · (blocks before − the least of all) / own blocks). Equal costs go to the lowest place and not by draw.
/// </remarks>
public sealed class DynamoRouter(DynamoOptions? options = null) : IRouter
{
    private const double TierCredit = 0.75;

    private readonly DynamoOptions _options = options ?? new DynamoOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the least prompt blocks to compute, less credit for cached ones, plus KV blocks in use; with a temperature, drawn by softmax",
        "NVIDIA Dynamo, kv-router, scheduling/selector/default.rs")
    {
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints)",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("dynamo", DynamoOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public Signals Reads => PromptQueue.Reads | Signals.TierHits;

    /// <inheritdoc/>
    public PolicyState NewState() => new Memory();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var memory = (Memory)state;
        var costs = memory.Costs(fleet.Endpoints.Length);
        var leastBefore = double.PositiveInfinity;
        for (var place = 0; place < costs.Length && _options.Decay > 0; place++)
        {
            leastBefore = Math.Min(leastBefore, memory.TokensBefore(fleet, place));
        }

        for (var place = 0; place < costs.Length; place++)
        {
            costs[place] = Cost(request, fleet, place, memory.TokensBefore(fleet, place), leastBefore);
            fleet.Log?.Write(DecisionKind.Route, request.Id, fleet.Endpoints[place].Replica, [new("cost-blocks", costs[place])]);
        }

        var chosen = Softmax.Least(costs, _options.Temperature, Hashes.Share(request.Id));
        memory.Send(request, fleet, chosen);
        return RouteDecision.To(chosen);
    }

    private double Cost(RequestFacts request, in FleetView fleet, int place, double tokensBefore, double leastBefore)
    {
        var decay = _options.Decay > 0 ? 1 / (1 + (_options.Decay * (tokensBefore - leastBefore) / request.PromptTokens)) : 1;
        var cached = fleet.HitTokens[place];
        var credit = (_options.Credit * decay * cached) + (TierCredit * Math.Max(0, fleet.TierHitTokens[place] - cached));
        var prefill = _options.PrefillScale * Math.Max(0, tokensBefore + request.PromptTokens - credit) / _options.BlockTokens;
        ref readonly var endpoint = ref fleet.Endpoints[place];
        return prefill + ((double)endpoint.KvTokensUsed / _options.BlockTokens) + (_options.RequestBlocks * endpoint.Requests);
    }

    private sealed class Memory : PromptQueue
    {
        private double[] _costs = new double[64];

        public Span<double> Costs(int count)
        {
            if (count > _costs.Length) _costs = new double[Math.Max(count, 2 * _costs.Length)];
            return _costs.AsSpan(0, count);
        }
    }
}
