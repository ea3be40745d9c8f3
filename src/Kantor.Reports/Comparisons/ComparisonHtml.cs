using System.Globalization;
using Kantor.Reports.Pages;
using Kantor.Reports.Sweeps;

namespace Kantor.Reports.Comparisons;

/// <summary>
/// Writes a comparison as one page that needs nothing else: what may be concluded, curves over the load with the bound, a table for each
/// load that sorts, what is known of each policy, and the command that gives it again. Equal figures give equal bytes.
/// </summary>
public sealed class ComparisonHtml
{
    // More lines than styles cannot be told apart.
    private const int LinesMax = ChartSvg.Styles - 1;

    private readonly ComparisonReport _report;
    private readonly ObjectiveFigure _figure;
    private readonly HtmlBuilder _page;

    private ComparisonHtml(ComparisonReport report) =>
        (_report, _figure, _page) = (report, report.Figure, new HtmlBuilder($"Policies on {report.Trace}"));

    /// <summary>Writes the page.</summary>
    public static void Write(TextWriter writer, ComparisonReport report) => writer.Write(new ComparisonHtml(report).Render());

    private string Render()
    {
        RenderHead();
        RenderCharts();
        foreach (var load in _report.Loads) RenderLoad(load);
        RenderPolicies();
        RenderFailures();
        _page.Append($"<h2>How to get this again</h2>\n<pre><code>{_report.Command}</code></pre>\n");
        return _page.End();
    }

    private void RenderHead()
    {
        _page.Append($"<h1>Policies on {_report.Trace}</h1>\n");
        _page.Append($"<p>{_report.Fleet}; {_report.Objective}. {_report.RequestsPerReplicate} requests a run, one run a ");
        _page.Append($"{_report.ReplicateKind}.</p>\n");
        if (!_report.IsComplete) _page.Raw("<p class=\"notice\">Interrupted: what is missing here was not finished.</p>\n");
        _page.Raw("<h2>What may be concluded</h2>\n<ul>\n");
        foreach (var sentence in ComparisonWords.Of(_report)) _page.Append($"<li>{sentence}</li>\n");
        _page.Raw("</ul>\n");
        _page.Definitions(
        [
            ("knee", $"{Number(_report.Knee.RateScale)} × the recorded rate{Rate()}; {_report.Knee.Rule}"),
            ("compared", $"policies of the decision '{_report.Decision}'"),
            .. _report.Shared,
            ("compared with", _report.Baseline),
            .. _report.Notes.Select((note, index) => ($"note {index + 1}", note)),
        ]);
    }

    private string Rate() => _report.Knee.ArrivalsPerS is { } rate ? $", {Number(rate)} requests/s" : "";

    /// <summary>
    /// The best at the highest load, and the baseline; the tables have all. Values go without their intervals, which are those of the
    /// requests rather than of the policies; differences have them.
    /// </summary>
    private void RenderCharts()
    {
        if (_report.Loads.Count < 2) return;
        var shown = Shown();
        var hasBound = _report.Loads.Any(load => BoundAt(load) is not null);
        _page.Append($"<h2>Over the load</h2>\n<p class=\"soft\">Means; differences with 95 % intervals. The {shown.Length - 1} best at ");
        _page.Append($"the highest load beside {_report.Baseline}");
        _page.Append($"{(hasBound ? "; no policy can be on the far side of the bound" : "")}.</p>\n");
        _page.Legend(hasBound ? [.. shown, "bound"] : shown);
        _page.Raw("<div class=\"charts\">");
        RenderChart(_figure.Name, [.. shown.Select(ValueLine), .. hasBound ? [BoundLine(shown.Length)] : Array.Empty<ChartLine>()]);
        RenderChart($"{_figure.Name}, less {_report.Baseline}", [.. shown.Select(DifferenceLine).Skip(1)]);
        _page.Raw("</div>\n");
    }

    private void RenderChart(string title, ChartLine[] lines)
    {
        var values = lines.SelectMany(line => line.Points).SelectMany(point => (double?[])[point.Y, point.Low, point.High])
            .OfType<double>();
        var y = ChartAxis.Linear(values, value => ChartAxis.Short(value) + (_figure.IsShare ? " %" : ""));
        var x = ChartAxis.Linear(_report.Loads, ChartAxis.Short);
        _page.Figure(title, new ChartSvg($"{title} over the load", "× the knee", x, y).Draw(lines));
    }

    private string[] Shown() =>
    [
        _report.Baseline,
        .. ComparisonWords.Ranked(_figure, RowsAt(_report.Loads[^1])).Select(row => row.Policy)
            .Where(policy => policy != _report.Baseline).Take(LinesMax - 1),
    ];

    private ChartLine ValueLine(string policy, int style) => LineOf(policy, style, (load, row) => new(load, Scaled(row?.Value?.Mean)));

    private ChartLine DifferenceLine(string policy, int style) => LineOf(policy, style, (load, row) => row?.Difference is { } band
        ? new(load, Scaled(band.Mean), Scaled(band.Low), Scaled(band.High))
        : new(load, Y: null));

    private ChartLine LineOf(string policy, int style, Func<double, ComparisonRow?, ChartPoint> point) =>
        new(policy, style, [.. _report.Loads.Select(load => point(load, RowsAt(load).FirstOrDefault(row => row.Policy == policy)))]);

    private ChartLine BoundLine(int style) =>
        new("bound", style, [.. _report.Loads.Select(load => new ChartPoint(load, Scaled(BoundAt(load))))]);

    private double? Scaled(double? value) => value * (_figure.IsShare ? 100 : 1);

    private IEnumerable<ComparisonRow> RowsAt(double load) => _report.Rows.Where(row => row.Load.Equals(load) && row.Value is not null);

    private double? BoundAt(double load)
    {
        var runs = RowsAt(load).SelectMany(row => row.Runs).DistinctBy(run => run.Replicate);
        var bounds = runs.Select(run => run.Bound?.Value).OfType<double>().ToArray();
        return bounds.Length > 0 ? bounds.Average() : null;
    }

    private void RenderLoad(double load)
    {
        var bound = BoundAt(load) is { } known ? $"; no policy can do better than {ComparisonWords.Show(_figure, known)}" : "";
        _page.Append($"<h2>{load} × the knee</h2>\n<p class=\"soft\">Best first{bound}. Strong where the difference is more than the ");
        _page.Append($"replicates explain. A column's name sorts by it.</p>\n<div class=\"wide\"><table class=\"sorts\"><thead><tr>");
        foreach (var (name, isName) in ((string, bool)[])
        [
            ("policy", true), (_figure.Name, false), ("± 95 %", false), ("of the bound", false), ($"less {_report.Baseline}", false),
            ("decision p99, µs", false), ("bytes", false), ("tuned", true),
        ])
        {
            _page.Append($"<th scope=\"col\"{Class(isName)}><button type=\"button\">{name}</button></th>");
        }

        foreach (var name in HasBeliefs ? BeliefQuality.Columns : [])
        {
            _page.Append($"<th scope=\"col\"><button type=\"button\">{name}</button></th>");
        }

        _page.Raw("</tr></thead><tbody>\n");
        foreach (var row in ComparisonWords.Ranked(_figure, RowsAt(load))) RenderRow(row);
        _page.Raw("</tbody></table></div>\n");
    }

    private bool HasBeliefs => _report.Rows.Any(row => row.Beliefs is not null);

    private void RenderRow(ComparisonRow row)
    {
        var value = row.Value!.Value;
        _page.Append($"<tr><td class=\"name\" data-v=\"{row.Policy}\">{row.Policy}</td>");
        Cell(value.Mean, ComparisonWords.Show(_figure, value.Mean));
        Cell(value.HalfWidth, value.HalfWidth is { } half ? ComparisonWords.Show(_figure, half) : "–");
        Cell(row.Ratio?.Mean, row.Ratio is { } ratio ? ratio.Mean.ToString("0.0 %", CultureInfo.InvariantCulture) : "–");
        RenderDifference(row);
        Cell(row.Cost.P99Us, row.Cost.P99Us is { } us ? Number(us) : "–");
        Cell(row.Cost.MeanBytes, row.Cost.MeanBytes is { } bytes ? bytes.ToString("#,0", CultureInfo.InvariantCulture) : "–");
        _page.Append($"<td class=\"name\" data-v=\"{row.IsTuned}\">{(row.IsTuned ? "yes" : "no")}</td>");
        if (HasBeliefs) RenderBeliefs(row.Beliefs);
        _page.Raw("</tr>\n");
    }

    private void RenderBeliefs(BeliefQuality? beliefs)
    {
        double?[] shares = [beliefs?.Error, beliefs?.Coverage, beliefs?.GoodDecisions];
        foreach (var (index, share) in shares.Index()) Cell(share, beliefs?.Cells()[index] ?? "–");
    }

    private void RenderDifference(ComparisonRow row)
    {
        var strong = new Markup(row.DiffersSurely ? " class=\"strong\"" : "");
        var difference = row.Difference is { } band ? ComparisonWords.ShowDifference(_figure, band) : "–";
        _page.Append($"<td{strong} data-v=\"{row.Difference?.Mean}\">{difference}</td>");
    }

    private void Cell(double? sortsBy, string text) => _page.Append($"<td data-v=\"{sortsBy}\">{text}</td>");

    private void RenderPolicies()
    {
        _page.Raw("<h2>What is known of them</h2>\n<div class=\"wide\"><table><thead><tr>");
        foreach (var name in (string[])["policy", "what it does", "must know of lengths", "rests on", "proved", "source"])
        {
            _page.Append($"<th scope=\"col\" class=\"name\">{name}</th>");
        }

        _page.Raw("</tr></thead><tbody>\n");
        foreach (var row in _report.Rows.DistinctBy(row => row.Policy))
        {
            var (card, proved) = (row.Card, row.Card.Guarantee is { } guarantee ? $"{row.Card.Model}: {guarantee}" : "nothing");
            foreach (var (index, cell) in ((string[])[
                row.Policy, card.Help, card.Information.ToString(), card.Evidence.ToString(), proved, card.Source]).Index())
            {
                _page.Append($"{new Markup(index == 0 ? "<tr>" : "")}<td class=\"name\">{cell}</td>");
            }

            _page.Raw("</tr>\n");
        }

        _page.Raw("</tbody></table></div>\n");
    }

    private void RenderFailures()
    {
        var failed = _report.Rows.SelectMany(row => row.Failures.Select(failure => (row, failure))).ToArray();
        if (failed.Length == 0) return;
        _page.Raw("<h2>Runs that could not be finished</h2>\n");
        _page.Definitions(failed.Select(
            each => ($"{each.row.Policy}, {Number(each.row.Load)} ×, {each.failure.Replicate}", each.failure.Message)));
    }

    private static Markup Class(bool isName) => new(isName ? " class=\"name\"" : "");

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
