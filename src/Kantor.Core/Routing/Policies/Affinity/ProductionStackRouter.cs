using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Affinity;

/// <summary>
/// vLLM production-stack's prefix routing: one of the replicas that were sent the longest part of the prompt, drawn at random, whatever
/// their load (<c>prefixaware</c>); with a weight, most of matched ÷ prompt − weight · relative load (<c>loadaware</c>).
/// </summary>
/// <remarks>The source's trie grows without end (its issue 687); here the record of a replica has a size.</remarks>
public sealed class ProductionStackRouter(ProductionStackOptions? options = null) : IRouter
{
    private readonly ProductionStackOptions _options = options ?? new ProductionStackOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "one of the replicas that were sent the longest part of the prompt, at random, whatever their load unless it has a weight",
        "vLLM production-stack, prefixaware and loadaware (its pull request 1035)")
    {
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints x log blocks + blocks of the prompt)",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("production-stack", ProductionStackOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public Signals Reads => _options.LoadWeight > 0 ? Signals.Load | Signals.Content : Signals.Content;

    /// <inheritdoc/>
    public PolicyState NewState() => new PrefixMemory(new(_options.BlockTokens, _options.IndexTokens));

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var memory = (PrefixMemory)state;
        memory.Read(request, fleet);
        var place = Choose(request, fleet, memory);
        memory.Send(fleet.Endpoints[place].Replica);
        return RouteDecision.To(place);
    }

    /// <summary>Of k best so far the next one takes the place of the drawn with probability 1/k, which draws each alike.</summary>
    private int Choose(RequestFacts request, in FleetView fleet, PrefixMemory memory)
    {
        var (best, highest, equals) = (0, double.NegativeInfinity, 0);
        var busiest = _options.LoadWeight > 0 ? Math.Max(1, MostRequests(fleet)) : 1;
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            ref readonly var endpoint = ref fleet.Endpoints[place];
            var matched = (double)memory.HitTokens(request, endpoint.Replica) / request.PromptTokens;
            var score = matched - (_options.LoadWeight * endpoint.Requests / busiest);
            if (score < highest) continue;
            equals = score > highest ? 1 : equals + 1;
            if (score > highest || Hashes.Of((ulong)request.Id.Value, (ulong)place) % (ulong)equals == 0) best = place;
            highest = score;
        }

        return best;
    }

    private static int MostRequests(in FleetView fleet)
    {
        var most = 0;
        foreach (ref readonly var endpoint in fleet.Endpoints) most = Math.Max(most, endpoint.Requests);
        return most;
    }
}
