using Kantor.Core.Decisions;
using Kantor.Core.Kv;

namespace Kantor.Core.Routing;

/// <summary>
/// Chooses the replica for one request. Pure: same view and state, same choice. The router is immutable; what it remembers lives in its state.
/// </summary>
public interface IRouter
{
    /// <summary>Name in the catalogue.</summary>
    string Name { get; }

    /// <summary>
    /// Whether the choice may depend on how busy the replicas are. A host need not look that up for a router that does not: of each endpoint it
    /// then gives <see cref="EndpointView.Replica"/> alone.
    /// </summary>
    bool ReadsLoad => true;

    /// <summary>Fresh memory for one fleet.</summary>
    PolicyState NewState();

    /// <summary>Index into <see cref="FleetView.Endpoints"/>, which holds at least one.</summary>
    int Route(in RouteRequest request, in FleetView fleet, PolicyState state);
}

/// <summary>What a router may know of the request.</summary>
/// <param name="Id">Name of the request; ties are broken by the lowest endpoint index.</param>
/// <param name="PromptTokens">Prompt length in tokens.</param>
/// <param name="Domain">Cache domain.</param>
public readonly record struct RouteRequest(long Id, int PromptTokens, CacheDomain Domain);

/// <summary>The replicas as last heard of.</summary>
public readonly ref struct FleetView
{
    /// <summary>
    /// One entry per replica that takes requests, in the order of <see cref="EndpointView.Replica"/>. A place in it means the same replica only
    /// until one joins or leaves.
    /// </summary>
    public required ReadOnlySpan<EndpointView> Endpoints { get; init; }

    /// <summary>The host's clock in microseconds.</summary>
    public required long NowUs { get; init; }
}
