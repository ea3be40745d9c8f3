using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Policies.Hashing;

/// <summary>
/// The <c>consistent_hash</c> of vLLM's router: the replica that the session's hash falls to on a ring with 160 points a replica; requests
/// without a session go by the beginning of their prompt.
/// </summary>
/// <remarks>Where the source hashes the whole text of a request that names no session, here it is the first tokens, by which requests can
/// be alike at all.</remarks>
public sealed class ConsistentHashRouter(ConsistentHashOptions? options = null) : IRouter
{
    private readonly ConsistentHashOptions _options = options ?? new ConsistentHashOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the replica that the session, or else the beginning of the prompt, falls to on a ring", "vLLM router, policies/consistent_hash.rs")
    {
        Model = "keys without popularity",
        Guarantee = "a replica more or less of n moves 1/n of the keys in the mean (Karger and others, 1997)",
        Evidence = Evidence.CodeRead,
        Cost = "O(log points)",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("consistent-hash", ConsistentHashOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public Signals Reads => Signals.Content;

    /// <inheritdoc/>
    public PolicyState NewState() => new Memory(_options);

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var memory = (Memory)state;
        memory.Ring.Show(fleet);
        return RouteDecision.To(memory.Ring.Owner(memory.Key.Of(request, fleet)));
    }

    private sealed class Memory(ConsistentHashOptions options) : PolicyState
    {
        public RequestKey Key { get; } = new(options.PrefixTokens);

        public HashRing Ring { get; } = new(options.Points);
    }
}
