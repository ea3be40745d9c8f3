using System.Globalization;
using Kantor.Core.Requests;
using Kantor.Reports.Pages;

namespace Kantor.Reports.Runs;

/// <summary>
/// Writes a comparison as one page that needs nothing else: figures per run, how requests ended, latency distributions, the fleet over
/// time, the service of tenants, and the command that gives it again. Equal figures give equal bytes, whatever the simulation's own speed.
/// </summary>
public sealed class SimulateHtml
{
    private static readonly (string Name, Func<RunReport, string> Show)[] Columns =
    [
        ("done", run => Whole(run.Completed)),
        ("refused", run => Whole(run.Rejected)),
        ("TTFT p50", run => Seconds(run.Ttft?.P50Ms)),
        ("TTFT p99", run => Seconds(run.Ttft?.P99Ms)),
        ("ITL p50", run => Seconds(run.Itl?.P50Ms)),
        ("ITL p99", run => Seconds(run.Itl?.P99Ms)),
        ("TPOT p50", run => Seconds(run.Tpot?.P50Ms)),
        ("E2E p50", run => Seconds(run.E2e?.P50Ms)),
        ("E2E p99", run => Seconds(run.E2e?.P99Ms)),
        ("queueing p50", run => Seconds(run.QueueingDelay?.P50Ms)),
        ("in SLO", run => Share(run.SloAttainment)),
        ("goodput/s", run => run.GoodputRps.ToString("0.###", CultureInfo.InvariantCulture)),
        ("tokens/s", run => Whole((long)run.OutputTokensPerS)),
        ("prefix hits", run => Share(run.PrefixHitRate)),
        ("preempted", run => Whole(run.Preemptions)),
        ("Jain", run => run.JainIndex?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–"),
    ];

    private static readonly (string Title, Func<RunCurves, QuantileCurve?> Of)[] Curves =
        [("Time to first token", run => run.Ttft), ("Gaps between tokens", run => run.Itl), ("Arrival to last token", run => run.E2e)];

    private readonly RunParameters _parameters;
    private readonly string _command;
    private readonly IReadOnlyList<(RunReport Run, string Name, int Style)> _runs;
    private readonly HtmlBuilder _page;

    private SimulateHtml(RunParameters parameters, string command, IReadOnlyList<RunReport> runs)
    {
        (_parameters, _command) = (parameters, command);
        var isRouted = runs.Select(run => run.Routing).Distinct().Count() > 1;
        _runs = [.. runs.Select((run, index) => (run, isRouted ? $"{run.Policy}, {run.Routing}" : run.Policy, index))];
        _page = new HtmlBuilder($"Simulation of {parameters.Trace}");
    }

    /// <summary>Writes the page; the command is shown as the way to get the figures again.</summary>
    public static void Write(TextWriter writer, RunParameters parameters, string command, IReadOnlyList<RunReport> runs) =>
        writer.Write(new SimulateHtml(parameters, command, runs).Render());

    private string Render()
    {
        _page.Append($"<h1>Simulation of {_parameters.Trace}</h1>\n");
        _page.Append($"<p>{_parameters.Replicas} × {_parameters.Profile}, {_parameters.KvTokens} KV tokens each; a request is within its ");
        _page.Append($"objectives when {_parameters.Slo} all hold.</p>\n");
        _page.Legend(_runs.Select(run => run.Name));
        RenderTable();
        RenderOutcomes();
        RenderCurves();
        RenderCourse();
        RenderTenants();
        RenderParameters();
        return _page.End();
    }

    private void RenderTable()
    {
        _page.Raw("<h2>Figures</h2>\n<p class=\"soft\">Times in seconds; ITL over all gaps between tokens; percentiles are off by at "
            + "most 0.2 %.</p>\n<div class=\"wide\"><table id=\"runs\"><thead><tr><th scope=\"col\" class=\"name\">run</th>");
        foreach (var (name, _) in Columns) _page.Append($"<th scope=\"col\">{name}</th>");
        _page.Raw("</tr></thead><tbody>\n");
        foreach (var (run, name, style) in _runs)
        {
            _page.Append($"<tr><th scope=\"row\" class=\"name\">{new Markup(ChartSvg.Sample(style))}{name}</th>");
            foreach (var (_, show) in Columns) _page.Append($"<td>{show(run)}</td>");
            _page.Raw("</tr>\n");
        }

        _page.Raw("</tbody></table></div>\n");
    }

    private void RenderOutcomes()
    {
        RequestOutcome[] outcomes = [.. _runs.SelectMany(run => run.Run.Outcomes).Select(count => count.Outcome).Distinct().Order()];
        _page.Raw("<h2>How requests ended</h2>\n<ul class=\"legend\">");
        foreach (var (style, outcome) in outcomes.Index())
        {
            _page.Append($"<li><span class=\"swatch s{style % ChartSvg.Styles}\"></span>{Words(outcome)}</li>");
        }

        _page.Raw("</ul>\n<dl>\n");
        foreach (var (run, name, _) in _runs)
        {
            _page.Append($"<dt>{name}</dt><dd><div class=\"stack\">");
            foreach (var (outcome, requests) in run.Outcomes)
            {
                _page.Append($"<span class=\"s{Array.IndexOf(outcomes, outcome) % ChartSvg.Styles}\" style=\"flex: {requests} 0 0\" ");
                _page.Append($"title=\"{Words(outcome)}: {requests}\"></span>");
            }

            _page.Append(
                $"</div>{string.Join(", ", run.Outcomes.Select(count => $"{Whole(count.Requests)} {Words(count.Outcome)}"))}</dd>\n");
        }

        _page.Raw("</dl>\n");
    }

    private void RenderCurves()
    {
        _page.Raw("<h2>Latencies</h2>\n<p class=\"soft\">How long the fastest share of them took at most. The axis of shares is "
            + "stretched towards the slow end, the axis of times is logarithmic.</p>\n<div class=\"charts\">\n");
        foreach (var (title, of) in Curves)
        {
            var curves = _runs.Select(run => (run.Name, run.Style, Curve: run.Run.Curves is { } all ? of(all) : null))
                .Where(run => run.Curve is not null).ToArray();
            var y = ChartAxis.Log(curves.SelectMany(run => run.Curve!.Ms), ChartAxis.Duration);
            _page.Figure(
                title,
                new ChartSvg(title + " by share", "of them", QuantileCurve.ShareAxis, y)
                    .Draw(curves.Select(run => run.Curve!.Line(run.Name, run.Style))));
        }

        _page.Raw("</div>\n");
    }

    private void RenderCourse()
    {
        _page.Raw("<h2>Over time</h2>\n<p class=\"soft\">Queue and KV are sampled at equal distances of virtual time. A pointer or the "
            + "arrow keys on a chart read its values.</p>\n");
        _page.Legend(_runs.Select(run => run.Name));
        TimelineCharts.Render(
            _page, [.. _runs.Where(run => run.Run.Timeline is not null).Select(run => (run.Name, run.Style, run.Run.Timeline!))]);
    }

    private void RenderTenants()
    {
        var runs = _runs.Where(run => run.Run.Tenants.Count > 1).ToArray();
        if (runs.Length == 0) return;
        _page.Raw("<h2>Tenants</h2>\n<p class=\"soft\">Service is prompt and output tokens, summed up from the beginning; a request's "
            + "output is spread evenly from its first token to its last. Jain's index is 1 when all got the same.</p>\n");
        if (runs[0].Run.Timeline is { } first) _page.Legend(first.Tenants.Select(tenant => tenant.Tenant));
        _page.Raw("<div class=\"charts\">\n");
        foreach (var (run, name, _) in runs.Where(run => run.Run.Timeline is not null))
        {
            TimelineCharts.RenderTenants(_page, name, run.Timeline!);
        }

        _page.Raw("</div>\n<div class=\"wide\"><table id=\"tenants\"><thead><tr><th scope=\"col\" class=\"name\">run</th><th "
            + "scope=\"col\" class=\"name\">tenant</th>");
        foreach (var name in (string[])["requests", "done", "refused", "tokens", "share", "TTFT p50", "TTFT p99", "in SLO"])
        {
            _page.Append($"<th scope=\"col\">{name}</th>");
        }

        _page.Raw("</tr></thead><tbody>\n");
        foreach (var (run, name, _) in runs)
        {
            foreach (var tenant in run.Tenants) RenderTenant(name, tenant);
        }

        _page.Raw("</tbody></table></div>\n");
    }

    private void RenderTenant(string run, TenantReport tenant)
    {
        _page.Append($"<tr><td class=\"name\">{run}</td><td class=\"name\">{tenant.Tenant ?? "–"}</td>");
        _page.Append($"<td>{Whole(tenant.Requests)}</td><td>{Whole(tenant.Completed)}</td><td>{Whole(tenant.Rejected)}</td>");
        _page.Append($"<td>{Whole(tenant.ServiceTokens)}</td><td>{Share(tenant.ServiceShare)}</td><td>{Seconds(tenant.Ttft?.P50Ms)}</td>");
        _page.Append($"<td>{Seconds(tenant.Ttft?.P99Ms)}</td><td>{Share(tenant.SloAttainment)}</td></tr>\n");
    }

    private void RenderParameters()
    {
        _page.Append($"<h2>How to get this again</h2>\n<pre><code>{_command}</code></pre>\n");
        _page.Definitions(
        [
            ("trace", $"{_parameters.Trace}, {_parameters.Format}"),
            ("malformed lines left out", Whole(_parameters.LinesSkipped)),
            ("batched arrivals", _parameters.BatchesSpread ? "found, and spread at random by the seed" : "left as they are, or none"),
            ("rate scale", _parameters.RateScale.ToString("R", CultureInfo.InvariantCulture)),
            ("seed", _parameters.Seed.ToString(CultureInfo.InvariantCulture)),
            ("profile", _parameters.Profile),
            ("length predictor", _parameters.Predictor),
            ("tokens of a step at most", Whole(_parameters.StepTokensMax)),
            ("most running requests", Whole(_parameters.RunningMax)),
            ("KV block", Whole(_parameters.BlockSizeTokens) + " tokens"),
            ("prefix caching", _parameters.PrefixCaching ? "on" : "off"),
            ("declared output limit", Whole(_parameters.OutputTokensMax) + " tokens"),
            ("clients", _parameters.Clients),
            ("objectives", _parameters.Slo),
        ]);
    }

    private static string Words(RequestOutcome outcome) =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString()).Replace('_', ' ');

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Share(double value) => value.ToString("0.0 %", CultureInfo.InvariantCulture);

    private static string Seconds(double? ms) => ms is { } value ? (value / 1000).ToString("#,0.000", CultureInfo.InvariantCulture) : "–";
}
