using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Parts;

/// <summary>What the caches of all replicas may hold by what a router has sent to them; a replica that leaves is forgotten.</summary>
internal class PrefixMemory(PrefixIndexOptions options) : PolicyState
{
    private readonly PrefixBlocks _prompt = new(options.BlockTokens);
    private readonly ByReplica<RoutedPrefixes?> _replicas = new();

    /// <summary>The request whose prompt is asked about from now on.</summary>
    public void Read(RequestFacts request, in FleetView fleet) => _prompt.Hash(request, fleet.Content);

    /// <summary>Leading tokens of the prompt that were sent to the replica, at most all but the last.</summary>
    public int HitTokens(RequestFacts request, int replica) =>
        Math.Min(request.PromptTokens - 1, Blocks(replica) * _prompt.Tokens);

    /// <summary>Blocks of the prompt.</summary>
    public int PromptBlocks => _prompt.Count;

    /// <summary>Tokens of a block.</summary>
    public int BlockTokens => Math.Max(1, _prompt.Tokens);

    /// <summary>Blocks that are remembered of each replica.</summary>
    public int BlocksMax => Math.Max(1, options.Tokens / BlockTokens);

    /// <summary>Blocks that the replica was sent and that are remembered.</summary>
    public int SentBlocks(int replica) => _replicas[replica]?.Count ?? 0;

    /// <summary>What was sent to the replica.</summary>
    public RoutedPrefixes Of(int replica) => _replicas[replica] ??= new RoutedPrefixes(BlocksMax);

    /// <summary>The prompt is sent to the replica.</summary>
    public void Send(int replica)
    {
        if (_prompt.Count > 0) Of(replica).Add(_prompt);
    }

    /// <inheritdoc/>
    public override void EndpointLeft(EndpointId endpoint) => _replicas[endpoint.Value]?.Clear();

    private int Blocks(int replica) => _replicas[replica]?.Match(_prompt) ?? 0;
}
