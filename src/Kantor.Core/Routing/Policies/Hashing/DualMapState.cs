using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Hashing;

/// <summary>What DualMap remembers: the ring, and how hot beginnings are.</summary>
internal sealed class DualMapState(DualMapOptions options) : PromptQueue(options.CountsSent)
{
    private readonly HashRing _ring = new(options.Points);
    private readonly PrefixBlocks _prompt = new(options.BlockTokens);
    private readonly PrefixHotness _hotness = new(options.Window, options.KeyBlocks);

    /// <summary>The two places of a request; one twice in a fleet of one.</summary>
    public (int First, int Second) Candidates(RequestFacts request, in FleetView fleet)
    {
        _ring.Show(fleet);
        var key = KeyOf(request, fleet);
        var first = _ring.Owner(Hashes.Of(1, key));
        return (first, _ring.OwnerBeside(Hashes.Of(2, key), first));
    }

    private ulong KeyOf(RequestFacts request, in FleetView fleet)
    {
        _prompt.Hash(request, fleet.Content);
        if (_prompt.Count == 0) return Hashes.Of(Hashes.Of(request.CacheDomain), (ulong)request.Id.Value);
        _hotness.Count(_prompt);
        return _hotness.KeyOf(_prompt, fleet.Endpoints.Length);
    }
}
