using System.Collections.Concurrent;
using Kantor.Bounds;
using Kantor.Bounds.Facts;
using Kantor.Cli.Scenarios;
using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Reports.Comparisons;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Compare;

/// <summary>Bounds of the requests of a comparison, each computed once. Safe to use from several threads.</summary>
internal sealed class CompareBounds(Scenario scenario, int outputTokensMax)
{
    private readonly ConcurrentDictionary<(string Replicate, double RateScale), Lazy<ComparedBound?>> _known = new();

    /// <summary>The bound of these requests at a rate; null where none is known for the objective.</summary>
    public ComparedBound? Of(Replicate on, double rateScale) =>
        _known.GetOrAdd((on.Name, rateScale), _ => new Lazy<ComparedBound?>(() => Find(on, rateScale))).Value;

    private ComparedBound? Find(Replicate on, double rateScale)
    {
        var (pool, objective) = (scenario.Fleet.Pool, scenario.Objective);
        var requests = RequestsOf(on.Requests.ScaleRate(rateScale).Requests);
        var fleet = new FleetFacts
        {
            Replicas = scenario.Fleet.Replicas,
            StepTime = pool.Profile.StepTime,
            Limits = pool.Limits,
            KvTokens = pool.Kv.BlocksTotal * (long)pool.Kv.BlockSizeTokens,
        };
        if (HindsightBound.Of(objective, requests, fleet) is not { } bound) return null;
        var value = objective.Terms[0] is GoodputTerm ? bound.Value / requests.Sum(request => request.Weight) : bound.Value;
        return new ComparedBound(bound.Name, value, string.Join(' ', bound.Assumptions));
    }

    private BoundRequest[] RequestsOf(IReadOnlyList<TraceRequest> requests)
    {
        var hits = scenario.Fleet.Pool.Kv.PrefixCaching ? BestHits.Of([.. requests.Select(BlocksOf)]) : new int[requests.Count];
        return [.. requests.Select((request, index) => RequestOf(request, hits[index]))];
    }

    /// <summary>Only for goodput is there a time after which a hit is worth nothing.</summary>
    private PromptBlocks BlocksOf(TraceRequest request)
    {
        var limits = scenario.Objective.Slo;
        var latestUs = (limits.TtftUsMax ?? limits.E2eUsMax) is { } us ? request.ArrivalUs + us : long.MaxValue - 1;
        return new PromptBlocks(request.ArrivalUs, latestUs, request.PromptTokens, request.BlockIds, request.TokensPerBlockId);
    }

    private BoundRequest RequestOf(TraceRequest request, int hitTokens)
    {
        var tenant = scenario.Clients.Options.Tenants.FirstOrDefault(tenant => tenant.Name == request.Tenant);
        var weight = scenario.Objective.Classes[new ClassId(tenant?.Class ?? 0)].Weight;
        return new BoundRequest(request.ArrivalUs, request.PromptTokens, Math.Min(request.OutputTokens, outputTokensMax), hitTokens, weight);
    }
}
