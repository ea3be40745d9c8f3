using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Hashing;

/// <summary>
/// What of a request is hashed: its session, or where it has none the beginning of its prompt, or else the request itself.
/// </summary>
internal sealed class RequestKey(int prefixTokens)
{
    // The whole beginning is one block.
    private readonly PrefixBlocks _prefix = new(prefixTokens);

    /// <summary>The hash of what stays the same from request to request.</summary>
    public ulong Of(RequestFacts request, in FleetView fleet)
    {
        var domain = Hashes.Of(request.CacheDomain);
        if (request.Session is { } session) return Hashes.Of(domain, (ulong)session.Value);
        _prefix.Hash(request, fleet.Content, blocksMax: 1);
        return _prefix.Count > 0 ? _prefix[0] : Hashes.Of(domain + 1, (ulong)request.Id.Value);
    }
}
