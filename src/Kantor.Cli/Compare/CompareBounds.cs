using System.Collections.Concurrent;
using Kantor.Bounds;
using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Core.Objectives;
using Kantor.Reports.Comparisons;

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
        var requests = BoundInput.Requests(
            on.Requests.ScaleRate(rateScale).Requests, objective, outputTokensMax, pool.Kv.PrefixCaching, scenario.Clients.Options.Tenants);
        if (HindsightBound.Of(objective, requests, BoundInput.Fleet(pool)) is not { } bound) return null;
        var value = objective.Terms[0] is GoodputTerm ? bound.Value / requests.Sum(request => request.Weight) : bound.Value;
        return new ComparedBound(bound.Name, value, string.Join(' ', bound.Assumptions));
    }
}
