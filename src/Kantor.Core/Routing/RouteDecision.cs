namespace Kantor.Core.Routing;

/// <summary>Where a request goes: to an endpoint, to one that begins it and one that goes on with it, or nowhere yet.</summary>
public readonly record struct RouteDecision
{
    private RouteDecision(int? endpoint, int? decode, long? holdUntilUs) =>
        (Endpoint, Decode, HoldUntilUs) = (endpoint, decode, holdUntilUs);

    /// <summary>Index of the endpoint in the view; null when the request is held.</summary>
    public int? Endpoint { get; }

    /// <summary>Index of the endpoint that goes on with the request; null when that is decided when its first token is there.</summary>
    public int? Decode { get; }

    /// <summary>Until when it is held at the latest, after now; asked again sooner when something changes. Null when it is sent.</summary>
    public long? HoldUntilUs { get; }

    /// <summary>To the endpoint with this index.</summary>
    public static RouteDecision To(int endpoint) => new(endpoint, null, null);

    /// <summary>To one endpoint for the prompt and to another after it.</summary>
    public static RouteDecision Pair(int prefill, int decode) => new(prefill, decode, null);

    /// <summary>
    /// Nowhere yet: the request stays with the router, which is asked again when a step has ended or an endpoint has joined, and at this
    /// time at the latest (late binding).
    /// </summary>
    public static RouteDecision Hold(long untilUs) => new(null, null, untilUs);
}
