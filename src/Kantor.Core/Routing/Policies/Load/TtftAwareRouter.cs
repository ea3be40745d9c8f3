using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Load;

/// <summary>
/// The <c>ttft_aware</c> of vLLM's router: w · requests · time of a request + (1 − w) · prompt tokens · time of a token, with constants of
/// an operator.
/// </summary>
/// <remarks>
/// In the source the second term is the same for all replicas, so that it is join the shortest queue under another name. With
/// <see cref="TtftAwareOptions.CountsHits"/> only what is not cached at a replica is to be computed there, and the weights mean something.
/// </remarks>
public sealed class TtftAwareRouter(TtftAwareOptions? options = null) : CostRouter(
    PolicySpec.Of("ttft-aware", TtftAwareOptions.Keys, options ?? new TtftAwareOptions()).ToString(), ReadsOf(options))
{
    private readonly TtftAwareOptions _options = options ?? new TtftAwareOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the least weighted sum of a wait by the number of requests and a time by prompt tokens; as published, fewest requests",
        "vLLM router, policies/ttft_aware.rs")
    {
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints)",
    };

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        var tokens = _options.CountsHits ? PromptQueue.Missing(request, fleet, place) : request.PromptTokens;
        var queueMs = (double)fleet.Endpoints[place].Requests * _options.TaskMs;
        return (_options.QueueWeight * queueMs) + ((1 - _options.QueueWeight) * tokens * _options.TokenMs);
    }

    private static Signals ReadsOf(TtftAwareOptions? options) =>
        options is { CountsHits: true } ? Signals.Load | Signals.PrefixHits : Signals.Load;
}
