using System.Globalization;
using Kantor.Bounds;
using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;
using Kantor.Core.Objectives;
using Kantor.Reports.Comparisons;
using Kantor.Reports.Runs;
using Kantor.Simulation.Clients;

namespace Kantor.Cli.Simulate;

/// <summary>What no policy can better on the requests of a run, and which share of it each run reached.</summary>
internal sealed class RunCertificate
{
    private readonly ObjectiveFigure _figure;
    private readonly double _bound;
    private readonly string _name;

    private RunCertificate(ObjectiveFigure figure, double bound, string name) => (_figure, _bound, _name) = (figure, bound, name);

    /// <summary>
    /// The certificate of a scenario; null where no bound is known of its objective, and where the bound does not cover the run: requests
    /// that wait for answers or are sent again, several kinds of replicas, or prefill apart from decode.
    /// </summary>
    public static RunCertificate? Of(Scenario scenario, WorkloadSource source)
    {
        var clients = scenario.Clients.Options;
        var isCovered = clients is { Loop: OpenLoop, Retries: null, TimeoutUs: null };
        if (scenario.Decode is not null || scenario.Fleet.Pools.Count != 1 || !isCovered) return null;
        var (pool, objective) = (scenario.Fleet.Pool, scenario.Objective);
        var requests = BoundInput.Requests(
            source.TraceOf(scenario).Requests, objective, source.OutputTokensMax(scenario), pool.Kv.PrefixCaching,
            clients.Tenants);
        if (HindsightBound.Of(objective, requests, BoundInput.Fleet(pool)) is not { } bound) return null;
        var value = objective.Terms[0] is GoodputTerm ? bound.Value / requests.Sum(request => request.Weight) : bound.Value;
        return new RunCertificate(ObjectiveFigure.For(objective), value, bound.Name);
    }

    /// <summary>A line for people.</summary>
    public string LineOf(RunReport run)
    {
        var value = _figure.Of(run);
        var share = value is { } known && _figure.Ratio(known, _bound) is { } ratio ? TextTable.Share(ratio) : "\u2013";
        var part = run.Completed < run.Requests && !_figure.IsShare ? ", which is of those that were served to the end only" : "";
        return $"{run.Policy} {run.Routing}: {Text(value)}, {share} of the bound {Text(_bound)} ({_name}){part}";
    }

    private string Text(double? value) => value is not { } known ? "\u2013"
        : _figure.IsShare ? TextTable.Share(known)
        : string.Create(CultureInfo.InvariantCulture, $"{known:0.###} {_figure.Unit}");
}
