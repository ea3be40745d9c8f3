using System.Globalization;
using Kantor.Reports.Pages;
using Kantor.Reports.Runs;

namespace Kantor.Reports.Sweeps;

/// <summary>
/// Writes a sweep as one page that needs nothing else: curves over the arrival rate per policy, differences on the same requests, the
/// course of one seed, every cell in a table that sorts, and the command that gives it again. Lines are means over the seeds, bands their
/// 95 % intervals. Equal figures give equal bytes.
/// </summary>
public sealed class SweepHtml
{
    private static readonly Figure[] Figures =
    [
        new("TTFT p50", cell => cell.Run.Ttft?.P50Ms, IsLog: true, ChartAxis.Duration),
        new("TTFT p99", cell => cell.Run.Ttft?.P99Ms, IsLog: true, ChartAxis.Duration),
        new("ITL p99", cell => cell.Run.Itl?.P99Ms, IsLog: true, ChartAxis.Duration),
        new("SLO attainment", cell => cell.Run.SloAttainment * 100, IsLog: false, percent => ChartAxis.Short(percent) + " %", Most: 100),
        new("Goodput, requests/s", cell => cell.Run.GoodputRps, IsLog: false, ChartAxis.Short),
        new("End to end p99", cell => cell.Run.E2e?.P99Ms, IsLog: true, ChartAxis.Duration),
    ];

    private readonly SweepReport _sweep;
    private readonly HtmlBuilder _page;
    private readonly IReadOnlyList<SweepGroup> _groups;
    private readonly List<string> _policies;
    private readonly bool _hasRates;

    private SweepHtml(SweepReport sweep)
    {
        _sweep = sweep;
        _page = new HtmlBuilder($"Sweep of {sweep.Trace}");
        _groups = SweepGroup.Of(sweep.Cells);
        _policies = [.. sweep.Cells.Select(cell => cell.Point.Policy).Distinct()];
        _hasRates = sweep.Cells.All(cell => cell.ArrivalsPerS is not null);
    }

    /// <summary>Writes the page.</summary>
    public static void Write(TextWriter writer, SweepReport sweep) => writer.Write(new SweepHtml(sweep).Render());

    private string Render()
    {
        RenderHead();
        RenderCharts();
        RenderDifferences();
        RenderCourse();
        RenderTable();
        RenderFailures();
        RenderParameters();
        return _page.End();
    }

    private void RenderHead()
    {
        _page.Append($"<h1>Sweep of {_sweep.Trace}</h1>\n");
        _page.Append($"<p>{_sweep.Requests} requests a cell on {_sweep.Profile}; a request is within its objectives when {_sweep.Slo} ");
        _page.Append($"all hold.</p>\n");
        if (!_sweep.IsComplete)
        {
            _page.Append($"<p class=\"notice\">Interrupted: {_sweep.Cells.Count} of {_sweep.CellsTotal} cells are finished; the others ");
            _page.Append($"are missing here.</p>\n");
        }

        if (_sweep.Failures.Count > 0)
        {
            _page.Append($"<p class=\"notice\">{_sweep.Failures.Count} cells could not be finished; see below.</p>\n");
        }
    }

    private void RenderCharts()
    {
        _page.Raw("<h2>Over the arrival rate</h2>\n<p class=\"soft\">Lines are means over the seeds, bands their 95 % intervals "
            + "(Student's t); one seed alone has none. Policies are compared on the same requests for each seed. ");
        _page.Raw("Latencies are drawn on logarithmic axes, the same for all configurations. ITL is over all gaps between tokens. "
            + "Percentiles are off by at most 0.2 %.</p>\n");
        _page.Legend(_policies);
        var configurations = _groups.GroupBy(group => group.Point with { Policy = "", RateScale = 0, Seed = 0 }).ToArray();
        foreach (var (index, configuration) in configurations.Index())
        {
            _page.Append($"<details{new Markup(index == 0 ? " open" : "")}><summary>{Describe(configuration.Key)}</summary>\n<div ");
            _page.Append($"class=\"charts\">\n");
            foreach (var figure in Figures) RenderChart(figure, [.. configuration]);
            _page.Raw("</div></details>\n");
        }
    }

    private void RenderChart(Figure figure, SweepGroup[] configuration)
    {
        var bands = _groups.Select(group => group.Band(figure.Of)).OfType<SweepBand>();
        var all = bands.SelectMany(
            band => (double[])[
                Math.Max(band.Low, band.Min), band.Mean, Math.Min(Math.Min(band.High, figure.Most), Math.Max(band.Max, 2 * band.Mean))
            ]);
        var y = figure.IsLog ? ChartAxis.Log(all, figure.Format) : ChartAxis.Linear(all, figure.Format);
        var x = ChartAxis.Linear(_groups.Select(RateOf), ChartAxis.Short);
        var lines = _policies.Index().Select(policy => new ChartLine(
            policy.Item,
            policy.Index,
            [.. configuration.Where(group => group.Point.Policy == policy.Item).OrderBy(group => group.Point.RateScale)
                .Select(group => PointOf(RateOf(group), group.Band(figure.Of), figure.Most))]));
        _page.Figure(
            figure.Name,
            new ChartSvg($"{figure.Name} over the arrival rate", _hasRates ? "requests/s" : "× the trace's rate", x, y).Draw(lines));
    }

    private void RenderDifferences()
    {
        var differences = PairedDifference.Of(_sweep.Cells);
        if (differences.Count == 0) return;
        _page.Append($"<h2>Differences from {differences[0].Against}</h2>\n<p class=\"soft\">Each seed's difference is on the ");
        _page.Append($"same requests; mean over the seeds with its 95 % interval. ");
        _page.Append($"Strong where the interval leaves 0 out. Times in seconds.</p>\n");
        _page.Raw("<div class=\"wide\"><table id=\"differences\"><thead><tr>");
        foreach (var name in (string[])["policy", "configuration", "rate scale", "seeds"])
        {
            _page.Append($"<th scope=\"col\" class=\"name\">{name}</th>");
        }

        foreach (var (name, _) in PairedDifference.Figures) _page.Append($"<th scope=\"col\">{FigureName(name)}</th>");
        _page.Raw("</tr></thead><tbody>\n");
        foreach (var row in differences.GroupBy(difference => difference.Point)) RenderDifference([.. row]);
        _page.Raw("</tbody></table></div>\n");
    }

    private void RenderDifference(IReadOnlyList<PairedDifference> row)
    {
        var point = row[0].Point;
        _page.Append($"<tr><td class=\"name\">{point.Policy}</td><td class=\"name\">{Describe(point)}</td><td ");
        _page.Append($"class=\"name\">{point.RateScale}</td><td class=\"name\">{row.Max(difference => difference.Seeds)}</td>");
        foreach (var (name, _) in PairedDifference.Figures)
        {
            var found = row.FirstOrDefault(difference => difference.Figure == name);
            _page.Append(
                $"<td{new Markup(found is { IsSignificant: true } ? " class=\"strong\"" : "")}>{(found is null ? "–" : Show(found))}</td>");
        }

        _page.Raw("</tr>\n");
    }

    /// <summary>The fleet over time in the cells that kept it, those of one seed, at each rate.</summary>
    private void RenderCourse()
    {
        var kept = _sweep.Cells.Where(cell => cell.Run.Timeline is not null).ToArray();
        if (kept.Length == 0) return;
        _page.Append($"<h2>Over time</h2>\n<p class=\"soft\">Of seed {kept[0].Point.Seed}. Queue and KV are sampled at equal distances ");
        _page.Append($"of virtual time. A pointer or the arrow keys on a chart read its values.</p>\n");
        _page.Legend(_policies);
        foreach (var cells in kept.GroupBy(cell => cell.Point with { Policy = "", Seed = 0 }))
        {
            _page.Append($"<details><summary>rate scale {cells.Key.RateScale}: {Describe(cells.Key)}</summary>\n");
            TimelineCharts.Render(
                _page, [.. cells.Select(cell => (cell.Point.Policy, _policies.IndexOf(cell.Point.Policy), cell.Run.Timeline!))]);
            _page.Raw("</details>\n");
        }
    }

    /// <summary>Mean arrival rate over the seeds; the rate scale when a trace has no rate.</summary>
    private double RateOf(SweepGroup group) =>
        _hasRates && group.Band(cell => cell.ArrivalsPerS) is { } rate ? rate.Mean : group.Point.RateScale;

    private void RenderTable()
    {
        _page.Append($"<h2>Cells</h2>\n<p class=\"soft\">{_sweep.Cells.Count} of {_sweep.CellsTotal}. Times in seconds. A column's name ");
        _page.Append($"sorts by it.</p>\n");
        _page.Raw("<div class=\"wide\"><table id=\"cells\" class=\"sorts\"><thead><tr>");
        foreach (var column in SweepColumns.All)
        {
            _page.Append($"<th scope=\"col\"{Class(column)}><button type=\"button\">{column.Name}</button></th>");
        }

        _page.Raw("</tr></thead><tbody>\n");
        foreach (var cell in _sweep.Cells)
        {
            _page.Raw("<tr>");
            foreach (var column in SweepColumns.All)
            {
                _page.Append($"<td{Class(column)} data-v=\"{column.SortKey(cell)}\">{column.Show(cell)}</td>");
            }

            _page.Raw("</tr>\n");
        }

        _page.Raw("</tbody></table></div>\n");
    }

    private void RenderFailures()
    {
        if (_sweep.Failures.Count == 0) return;
        _page.Raw("<h2>Cells that could not be finished</h2>\n<dl>\n");
        foreach (var failure in _sweep.Failures) _page.Append($"<dt>{failure.Point}</dt><dd>{failure.Message}</dd>\n");
        _page.Raw("</dl>\n");
    }

    private void RenderParameters()
    {
        _page.Append($"<h2>How to get this again</h2>\n<pre><code>{_sweep.Command}</code></pre>\n");
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
        _page.Definitions(parameters);
    }

    private string Describe(SweepPoint point) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{point.Replicas} × {_sweep.Profile}, {point.Routing}, steps of {point.StepTokensMax} tokens, {point.KvTokens} KV tokens");

    private static string FigureName(string name) => name switch
    {
        "ttft_ms_p99" => "TTFT p99",
        "itl_ms_p99" => "ITL p99",
        "e2e_ms_p99" => "E2E p99",
        "slo_attainment" => "in SLO",
        _ => "goodput/s",
    };

    private static string Show(PairedDifference difference)
    {
        var band = difference.Difference;
        return band.HalfWidth is null ? Signed(band.Mean) : $"{Signed(band.Mean)} ({Signed(band.Low)} to {Signed(band.High)})";

        string Signed(double value) => difference.Figure switch
        {
            "slo_attainment" => value.ToString("+0.0 %;−0.0 %;0 %", CultureInfo.InvariantCulture),
            "goodput_rps" => value.ToString("+0.000;−0.000;0", CultureInfo.InvariantCulture),
            _ => (value / 1000).ToString("+0.000;−0.000;0", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>A mean of figures that are never negative with its interval, which is cut at 0 and at the most that there can be.</summary>
    internal static ChartPoint PointOf(double x, SweepBand? band, double most = double.PositiveInfinity) =>
        band is { } known ? new(x, known.Mean, Math.Max(0, known.Low), Math.Min(most, known.High)) : new(x, Y: null);

    private static Markup Class(SweepColumn column) => new(column.IsName ? " class=\"name\"" : "");

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private sealed record Figure(
        string Name, Func<SweepCell, double?> Of, bool IsLog, Func<double, string> Format, double Most = double.PositiveInfinity);
}
