using System.Globalization;
using Kantor.Reports.Pages;
using Kantor.Reports.Runs;
using Kantor.Workloads.Traces;

namespace Kantor.Reports.Loads;

/// <summary>
/// Writes what users of an endpoint saw as one page that needs nothing else: figures for all requests and for each class, what went wrong,
/// latency distributions, the run over time, and the command that sends the load again. Equal figures give equal bytes.
/// </summary>
public sealed class LoadHtml
{
    private static readonly (string Name, Func<LoadRow, string> Show)[] Columns =
    [
        ("sent", row => Whole(row.Requests)),
        ("answered", row => Whole(row.Completed)),
        ("in objective", row => row.InObjective is { } met ? Share((double)met / row.Requests) : "–"),
        ("first token p50", row => Seconds(row.TtftUs?.P50)),
        ("p99", row => Seconds(row.TtftUs?.P99)),
        ("gap p50", row => Seconds(row.GapUs?.P50)),
        ("p99", row => Seconds(row.GapUs?.P99)),
        ("largest gap p50", row => Seconds(row.GapMaxUs?.P50)),
        ("p99", row => Seconds(row.GapMaxUs?.P99)),
        ("whole answer p50", row => Seconds(row.E2eUs?.P50)),
        ("p99", row => Seconds(row.E2eUs?.P99)),
        ("output tokens", row => Whole(row.OutputTokens)),
        ("prompt tokens", row => Whole(row.PromptTokens)),
        ("cached", row => row.PromptTokens == 0 ? "–" : Share((double)row.CachedTokens / row.PromptTokens)),
        ("sent late p99", row => Seconds(row.LatenessUs?.P99)),
    ];

    private static readonly (string Title, Func<RunCurves, QuantileCurve?> Of)[] Curves =
        [("Start to first token", row => row.Ttft), ("Gaps between tokens", row => row.Itl), ("Start to last token", row => row.E2e)];

    private readonly LoadReport _report;
    private readonly HtmlBuilder _page;

    private LoadHtml(LoadReport report) => (_report, _page) = (report, new HtmlBuilder($"Load on {report.Endpoint}"));

    /// <summary>Writes the page.</summary>
    public static void Write(TextWriter writer, LoadReport report) => writer.Write(new LoadHtml(report).Render());

    private string Render()
    {
        RenderHead();
        RenderTable();
        RenderFaults();
        RenderCurves();
        RenderCourse();
        _page.Append($"<h2>How to send this again</h2>\n<pre><code>{_report.Command}</code></pre>\n");
        return _page.End();
    }

    private void RenderHead()
    {
        var all = _report.Rows[0];
        _page.Append($"<h1>Load on {_report.Endpoint}</h1>\n");
        _page.Append($"<p>Model {_report.Model}; {Whole(all.Completed)} of {Whole(all.Requests)} requests answered in ");
        _page.Append($"{_report.Seconds.ToString("0.0", CultureInfo.InvariantCulture)} s, {PerS(all.Completed)} requests and ");
        _page.Append($"{PerS(all.OutputTokens)} tokens a second.</p>\n");
        if (_report.Objective is { } objective) _page.Append($"<p>A request is in the objective when it met {objective}.</p>\n");
        if (_report.IsInterrupted) _page.Raw("<p class=\"notice\">Interrupted: requests that were to follow were not sent.</p>\n");
    }

    private void RenderTable()
    {
        _page.Raw("<h2>Figures</h2>\n<p class=\"soft\">Times in seconds, from the intended start of each request: an endpoint that stalls "
            + "is charged for everybody whom it kept. Tokens as the endpoint counts them; gaps are between events with text.</p>\n"
            + "<div class=\"wide\"><table id=\"loads\"><thead><tr><th scope=\"col\" class=\"name\">requests</th>");
        foreach (var (name, _) in Columns) _page.Append($"<th scope=\"col\">{name}</th>");
        _page.Raw("</tr></thead><tbody>\n");
        foreach (var (style, row) in _report.Rows.Index())
        {
            _page.Append($"<tr><th scope=\"row\" class=\"name\">{new Markup(ChartSvg.Sample(style))}{row.Name}</th>");
            foreach (var (_, show) in Columns) _page.Append($"<td>{show(row)}</td>");
            _page.Raw("</tr>\n");
        }

        _page.Raw("</tbody></table></div>\n");
    }

    private void RenderFaults()
    {
        if (_report.Faults.Count == 0) return;
        _page.Raw("<h2>What went wrong</h2>\n");
        _page.Definitions(_report.Faults.Select(fault => (fault.Fault, Whole(fault.Requests) + " requests")));
    }

    private void RenderCurves()
    {
        _page.Raw("<h2>Latencies</h2>\n<p class=\"soft\">How long the fastest share of them took at most. The axis of shares is "
            + "stretched towards the slow end, the axis of times is logarithmic.</p>\n");
        _page.Legend(_report.Rows.Select(row => row.Name));
        _page.Raw("<div class=\"charts\">\n");
        var x = QuantileCurve.ShareAxis;
        foreach (var (title, of) in Curves)
        {
            var rows = _report.Rows.Index().Where(row => of(row.Item.Curves) is not null).ToArray();
            if (rows.Length == 0) continue;
            var y = ChartAxis.Log(rows.SelectMany(row => of(row.Item.Curves)!.Ms), ChartAxis.Duration);
            var lines = rows.Select(row => of(row.Item.Curves)!.Line(row.Item.Name, row.Index));
            _page.Figure(title, new ChartSvg(title + " by share", "of them", x, y).Draw(lines));
        }

        _page.Raw("</div>\n");
    }

    private void RenderCourse()
    {
        var course = _report.Course;
        if (course.OpenMean.Count == 0) return;
        _page.Raw("<h2>Over time</h2>\n<p class=\"soft\">A pointer or the arrow keys on a chart read its values. The band of the times to "
            + "first token reaches up to the largest.</p>\n<div class=\"charts\">\n");
        RenderChart("Open requests", [.. course.OpenMean.Select(open => (double?)open)], max: null, ChartAxis.Short);
        RenderChart("Output tokens per second", [.. course.TokensPerS.Select(rate => (double?)rate)], max: null, ChartAxis.Short);
        RenderChart("Start to first token, by start", course.TtftMs, course.TtftMsMax, ChartAxis.Duration);
        _page.Raw("</div>\n");
    }

    private void RenderChart(
        string title, IReadOnlyList<double?> values, IReadOnlyList<double?>? max, Func<double, string> format)
    {
        var course = _report.Course;
        var x = ChartAxis.Linear(
            [course.BucketS * values.Count / 1.05], seconds => seconds == 0 ? "0" : ChartAxis.Duration(seconds * 1000));
        var y = ChartAxis.Linear((max ?? values).OfType<double>(), format);
        var points = values.Select(
            (value, index) => new ChartPoint((index + 0.5) * course.BucketS, value, value, max?[index] ?? value));
        _page.Figure(
            title,
            new ChartSvg(title + " over time", "time", x, y) { IsTrace = true }.Draw([new ChartLine(title, 0, [.. points])]));
    }

    private string PerS(long count) => _report.Seconds > 0
        ? (count / _report.Seconds).ToString("#,0.##", CultureInfo.InvariantCulture)
        : "–";

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Share(double value) => value.ToString("0.0 %", CultureInfo.InvariantCulture);

    private static string Seconds(long? us) => us is { } value ? (value / 1e6).ToString("#,0.000", CultureInfo.InvariantCulture) : "–";
}
