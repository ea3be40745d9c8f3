using System.Collections.Concurrent;
using Kantor.Bounds.Goodput;
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
    public ComparedBound? Of(Replicate on, double rateScale) => scenario.Objective.Terms is [GoodputTerm goodput]
        ? _known.GetOrAdd((on.Name, rateScale), _ => new Lazy<ComparedBound?>(() => Goodput(on, rateScale, goodput.Slo))).Value
        : null;

    private ComparedBound Goodput(Replicate on, double rateScale, SloSpec limits)
    {
        var requests = on.Requests.ScaleRate(rateScale).Requests;
        var pool = scenario.Fleet.Pool;
        var hits = pool.Kv.PrefixCaching ? BestHits.Of([.. requests.Select(request => BlocksOf(request, limits))]) : new int[requests.Count];
        var bound = GoodputBound.Of(
            [.. requests.Select((request, index) => RequestOf(request, hits[index], limits))],
            new BoundFleet(scenario.Fleet.Replicas, pool.Profile.StepTime, pool.Limits));
        return new ComparedBound(GoodputBound.Name, bound.Share, GoodputBound.Assumptions);
    }

    private static PromptBlocks BlocksOf(TraceRequest request, SloSpec limits)
    {
        var latestUs = (limits.TtftUsMax ?? limits.E2eUsMax) is { } us ? request.ArrivalUs + us : long.MaxValue - 1;
        return new PromptBlocks(request.ArrivalUs, latestUs, request.PromptTokens, request.BlockIds, request.TokensPerBlockId);
    }

    private BoundRequest RequestOf(TraceRequest request, int hitTokens, SloSpec limits)
    {
        var tenant = scenario.Clients.Options.Tenants.FirstOrDefault(tenant => tenant.Name == request.Tenant);
        var weight = scenario.Objective.Classes[new ClassId(tenant?.Class ?? 0)].Weight;
        return new BoundRequest(
            request.ArrivalUs, request.PromptTokens, Math.Min(request.OutputTokens, outputTokensMax), hitTokens, weight, limits);
    }
}
