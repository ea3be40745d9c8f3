using System.Globalization;
using System.Net;
using System.Text;

namespace Kantor.Simulation.Reports;

/// <summary>
/// Writes a sweep as one page that needs nothing else: curves over the arrival rate per policy, every cell in a table that sorts, and the
/// command that gives it again. Lines are means over the seeds, bands their range. Equal figures give equal bytes.
/// </summary>
public sealed class SweepHtml
{
    private static readonly Figure[] Figures =
    [
        new("TTFT p50", cell => cell.Run.Ttft?.P50Ms, IsLog: true, ChartAxis.Duration),
        new("TTFT p99", cell => cell.Run.Ttft?.P99Ms, IsLog: true, ChartAxis.Duration),
        new("ITL p99", cell => cell.Run.Itl?.P99Ms, IsLog: true, ChartAxis.Duration),
        new("SLO attainment", cell => cell.Run.SloAttainment * 100, IsLog: false, percent => ChartAxis.Short(percent) + " %"),
        new("Goodput, requests/s", cell => cell.Run.GoodputRps, IsLog: false, ChartAxis.Short),
        new("End to end p99", cell => cell.Run.E2e?.P99Ms, IsLog: true, ChartAxis.Duration),
    ];

    private readonly SweepReport _sweep;
    private readonly StringBuilder _page = new();
    private readonly IReadOnlyList<SweepGroup> _groups;
    private readonly string[] _policies;
    private readonly bool _hasRates;

    private SweepHtml(SweepReport sweep)
    {
        _sweep = sweep;
        _groups = SweepGroup.Of(sweep.Cells);
        _policies = [.. sweep.Cells.Select(cell => cell.Point.Policy).Distinct()];
        _hasRates = sweep.Cells.All(cell => cell.ArrivalsPerS is not null);
    }

    /// <summary>Writes the page.</summary>
    public static void Write(TextWriter writer, SweepReport sweep) => writer.Write(new SweepHtml(sweep).Render());

    private string Render()
    {
        _page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        _page.Append($"<meta http-equiv=\"Content-Security-Policy\" content=\"{SweepPageParts.Policy}\">\n");
        Append($"<title>Sweep of {_sweep.Trace}</title>\n");
        _page.Append($"<style>\n{SweepPageParts.Style}\n</style>\n</head>\n<body>\n<main>\n");
        RenderHead();
        RenderCharts();
        RenderTable();
        RenderFailures();
        RenderParameters();
        _page.Append($"</main>\n<script>\n{SweepPageParts.Script}\n</script>\n</body>\n</html>\n");
        return _page.ToString();
    }

    private void RenderHead()
    {
        Append($"<h1>Sweep of {_sweep.Trace}</h1>\n");
        Append($"<p>{_sweep.Requests} requests a cell on {_sweep.Profile}; a request is within its objectives when {_sweep.Slo} all hold.</p>\n");
        if (!_sweep.IsComplete) Append($"<p class=\"notice\">Interrupted: {_sweep.Cells.Count} of {_sweep.CellsTotal} cells are finished; the others are missing here.</p>\n");
        if (_sweep.Failures.Count > 0) Append($"<p class=\"notice\">{_sweep.Failures.Count} cells could not be finished; see below.</p>\n");
    }

    private void RenderCharts()
    {
        _page.Append("<h2>Over the arrival rate</h2>\n<p class=\"soft\">Lines are means over the seeds, bands run from the smallest to the largest seed. Policies are compared on the same requests for each seed. ");
        _page.Append("Latencies are drawn on logarithmic axes, the same for all configurations. ITL is over all gaps between tokens.</p>\n<ul class=\"legend\">");
        foreach (var (style, policy) in _policies.Index())
        {
            _page.Append("<li>" + ChartSvg.Sample(style));
            Append($"{policy}</li>");
        }

        _page.Append("</ul>\n");
        var configurations = _groups.GroupBy(group => group.Point with { Policy = "", RateScale = 0, Seed = 0 }).ToArray();
        foreach (var (index, configuration) in configurations.Index())
        {
            var point = configuration.Key;
            Append($"<details{new Markup(index == 0 ? " open" : "")}><summary>{point.Replicas} × {_sweep.Profile}, {point.Routing}, steps of {point.StepTokensMax} tokens, {point.KvTokens} KV tokens</summary>\n");
            _page.Append("<div class=\"charts\">\n");
            foreach (var figure in Figures) RenderChart(figure, [.. configuration]);
            _page.Append("</div></details>\n");
        }
    }

    private void RenderChart(Figure figure, SweepGroup[] configuration)
    {
        var all = _sweep.Cells.Select(figure.Of).OfType<double>();
        var y = figure.IsLog ? ChartAxis.Log(all, figure.Format) : ChartAxis.Linear(all, figure.Format);
        var x = ChartAxis.Linear(_groups.Select(RateOf), ChartAxis.Short);
        var lines = _policies.Index().Select(policy => new ChartLine(
            policy.Item,
            policy.Index,
            [.. configuration.Where(group => group.Point.Policy == policy.Item).OrderBy(group => group.Point.RateScale)
                .Select(group => new ChartPoint(RateOf(group), group.Band(figure.Of)))]));
        Append($"<figure><h3>{figure.Name}</h3>");
        _page.Append(new ChartSvg($"{figure.Name} over the arrival rate", _hasRates ? "requests/s" : "× the trace's rate", x, y).Draw(lines)).Append("</figure>\n");
    }

    /// <summary>Mean arrival rate over the seeds; the rate scale when a trace has no rate.</summary>
    private double RateOf(SweepGroup group) => _hasRates && group.Band(cell => cell.ArrivalsPerS) is { } rate ? rate.Mean : group.Point.RateScale;

    private void RenderTable()
    {
        Append($"<h2>Cells</h2>\n<p class=\"soft\">{_sweep.Cells.Count} of {_sweep.CellsTotal}. Times in seconds. A column's name sorts by it.</p>\n");
        _page.Append("<div class=\"wide\"><table id=\"cells\"><thead><tr>");
        foreach (var column in SweepColumns.All) Append($"<th scope=\"col\"{Class(column)}><button type=\"button\">{column.Name}</button></th>");
        _page.Append("</tr></thead><tbody>\n");
        foreach (var cell in _sweep.Cells)
        {
            _page.Append("<tr>");
            foreach (var column in SweepColumns.All) Append($"<td{Class(column)} data-v=\"{column.SortKey(cell)}\">{column.Show(cell)}</td>");
            _page.Append("</tr>\n");
        }

        _page.Append("</tbody></table></div>\n");
    }

    private void RenderFailures()
    {
        if (_sweep.Failures.Count == 0) return;
        _page.Append("<h2>Cells that could not be finished</h2>\n<dl>\n");
        foreach (var failure in _sweep.Failures) Append($"<dt>{failure.Point}</dt><dd>{failure.Message}</dd>\n");
        _page.Append("</dl>\n");
    }

    private void RenderParameters()
    {
        Append($"<h2>How to get this again</h2>\n<pre><code>{_sweep.Command}</code></pre>\n<dl>\n");
        (string Name, string Value)[] parameters =
        [
            ("trace", $"{_sweep.Trace}, {_sweep.Format}"),
            ("malformed lines left out", Whole(_sweep.LinesSkipped)),
            ("batched arrivals", _sweep.BatchesSpread ? "found, and spread at random by the seed" : "left as they are, or none"),
            ("profile", _sweep.Profile),
            ("length predictor", _sweep.Predictor),
            ("most running requests", Whole(_sweep.RunningMax)),
            ("KV block", Whole(_sweep.BlockSizeTokens) + " tokens"),
            ("prefix caching", _sweep.PrefixCaching ? "on" : "off"),
            ("declared output limit", Whole(_sweep.OutputTokensMax) + " tokens"),
            ("objectives", _sweep.Slo),
        ];
        foreach (var (name, value) in parameters) Append($"<dt>{name}</dt><dd>{value}</dd>\n");
        _page.Append("</dl>\n");
    }

    private static Markup Class(SweepColumn column) => new(column.IsName ? " class=\"name\"" : "");

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Literal parts are markup; every argument is escaped unless it is <see cref="Markup"/>.</summary>
    private void Append(FormattableString part)
    {
        var arguments = part.GetArguments().Select(argument => argument is Markup markup ? markup.Html : WebUtility.HtmlEncode(Convert.ToString(argument, CultureInfo.InvariantCulture)));
        _page.AppendFormat(CultureInfo.InvariantCulture, part.Format, [.. arguments]);
    }

    /// <summary>Markup of this page's own.</summary>
    private sealed record Markup(string Html);

    private sealed record Figure(string Name, Func<SweepCell, double?> Of, bool IsLog, Func<double, string> Format);
}
