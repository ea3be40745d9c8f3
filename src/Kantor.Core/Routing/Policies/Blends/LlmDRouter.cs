using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Blends;

/// <summary>
/// llm-d's blend of scorers, each from 0 to 1: an empty queue, free KV and the cached share of the prompt, by weights; the highest sum.
/// </summary>
/// <remarks>
/// queue = (longest − own) / (longest − shortest), 1 where all are alike; KV = 1 − share in use; prefix = cached ÷ prompt. Equal sums are
/// drawn in the source and go to the lowest place here.
/// </remarks>
public sealed class LlmDRouter(LlmDOptions? options = null) : CostRouter(
    PolicySpec.Of("llm-d", LlmDOptions.Keys, options ?? new LlmDOptions()).ToString(), Signals.Load | Signals.PrefixHits)
{
    private readonly LlmDOptions _options = options ?? new LlmDOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the highest weighted sum of an empty queue, free KV and the cached share of the prompt", "llm-d router, its scorers")
    {
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints)",
    };

    /// <inheritdoc/>
    public override PolicyState NewState() => new Queues();

    private protected override void Prepare(RequestFacts request, in FleetView fleet, PolicyState state) => ((Queues)state).Read(fleet);

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        ref readonly var endpoint = ref fleet.Endpoints[place];
        var free = 1 - ((double)endpoint.KvBlocksUsed / Math.Max(1, endpoint.KvBlocksTotal));
        var cached = (double)fleet.HitTokens[place] / request.PromptTokens;
        var queue = ((Queues)state).Score(endpoint.Waiting);
        return -((_options.QueueWeight * queue) + (_options.KvWeight * free) + (_options.PrefixWeight * cached));
    }

    private sealed class Queues : PolicyState
    {
        private int _shortest;
        private int _longest;

        public void Read(in FleetView fleet)
        {
            (_shortest, _longest) = (int.MaxValue, 0);
            foreach (ref readonly var endpoint in fleet.Endpoints)
            {
                (_shortest, _longest) = (Math.Min(_shortest, endpoint.Waiting), Math.Max(_longest, endpoint.Waiting));
            }
        }

        public double Score(int waiting) => _longest == _shortest ? 1 : (double)(_longest - waiting) / (_longest - _shortest);
    }
}
