using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Kantor.Simulation.Reports;

namespace Kantor.Simulation.Tests.Reports;

public partial class SweepHtmlTests
{
    [Fact]
    public void The_page_holds_every_cell_with_its_place_and_figures()
    {
        var rows = Rows(Render(SweepSample.Report));
        Assert.Equal(
            SweepSample.Report.Cells.Select(cell => (cell.Point.Policy, cell.Point.RateScale.ToString("R", CultureInfo.InvariantCulture), cell.Point.Seed.ToString(CultureInfo.InvariantCulture), (cell.Run.Ttft!.P99Ms / 1000).ToString("R", CultureInfo.InvariantCulture))),
            rows.Select(row => (row[0], row[5], row[7], row[11])));
    }

    [Fact]
    public void The_page_names_no_address_outside_of_itself()
    {
        var page = Render(SweepSample.Report);
        Assert.DoesNotContain("//", page.Replace("<!doctype", "", StringComparison.Ordinal), StringComparison.Ordinal);
        foreach (var loads in (string[])["src=", "href=", "url(", "@import", "fetch(", "<link", "<iframe"]) Assert.DoesNotContain(loads, page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'none'", page);
    }

    [Fact]
    public void Text_from_outside_is_never_markup()
    {
        const string evil = "<script>alert('1')</script>&\"{0}";
        var cell = SweepSample.Cell(evil, 1, 1);
        var page = Render(SweepSample.Report with
        {
            Trace = evil,
            Format = evil,
            Command = evil,
            Profile = evil,
            Slo = evil,
            Cells = [cell],
            Failures = [new SweepFailure(cell.Point with { Routing = evil }, evil)],
        });
        Assert.Single(OpeningScript().Matches(page));
        Assert.DoesNotContain("alert('1')", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;{0}", page);
    }

    [Fact]
    public void Each_policy_is_a_line_with_a_band_in_each_of_six_charts()
    {
        var charts = Charts(Render(SweepSample.Report));
        Assert.Equal(6, charts.Length);
        Assert.All(charts, chart => Assert.Equal((2, 2, 6), (Count(chart, "band"), Count(chart, "line"), chart.Descendants("title").Count())));
        Assert.Contains("fcfs at 5 requests/s: 75 ms (50 ms to 100 ms)", charts[0].Descendants("title").Select(title => title.Value));
    }

    [Fact]
    public void Everything_drawn_lies_within_its_chart()
    {
        foreach (var chart in Charts(Render(SweepSample.Report)))
        {
            var numbers = chart.Descendants("polygon").SelectMany(band => band.Attribute("points")!.Value.Split(' ')).Select(pair => pair.Split(',')).ToArray();
            Assert.NotEmpty(numbers);
            Assert.All(numbers, pair => Assert.InRange(double.Parse(pair[0], CultureInfo.InvariantCulture), 58, 388));
            Assert.All(numbers, pair => Assert.InRange(double.Parse(pair[1], CultureInfo.InvariantCulture), 12, 220));
        }
    }

    [Fact]
    public void A_rate_without_figures_is_left_out_and_one_rate_alone_is_a_point()
    {
        var cell = SweepSample.Cell("fcfs", 1, 1);
        var chart = Charts(Render(SweepSample.Report with { Cells = [cell] }))[0];
        Assert.Equal((0, 1), (Count(chart, "band"), Count(chart, "dot")));
        var none = Charts(Render(SweepSample.Report with { Cells = [cell with { Run = cell.Run with { Ttft = null } }] }))[0];
        Assert.Equal(0, Count(none, "dot"));
    }

    [Fact]
    public void Without_an_arrival_rate_the_charts_run_over_the_rate_scale()
    {
        var cells = SweepSample.Report.Cells.Select(cell => cell with { ArrivalsPerS = null });
        Assert.Contains("the trace&#39;s rate", Render(SweepSample.Report with { Cells = [.. cells] }));
    }

    [Fact]
    public void An_interrupted_or_empty_sweep_says_so()
    {
        Assert.DoesNotContain("Interrupted", Render(SweepSample.Report));
        Assert.Contains("Interrupted: 11 of 12 cells", Render(SweepSample.Report with { Cells = [.. SweepSample.Report.Cells.Skip(1)] }));
        Assert.Contains("Interrupted: 0 of 12 cells", Render(SweepSample.Report with { Cells = [] }));
    }

    [Fact]
    public void The_wall_time_of_the_sweep_changes_no_byte() =>
        Assert.Equal(Render(SweepSample.Report), Render(SweepSample.Report with { Cells = [.. SweepSample.Report.Cells.Select(cell => cell with { Run = cell.Run with { WallS = 7 } })] }));

    private static string Render(SweepReport report)
    {
        using var writer = new StringWriter();
        SweepHtml.Write(writer, report);
        return writer.ToString();
    }

    private static XElement[] Charts(string page) => [.. Figure().Matches(page).Select(match => XElement.Parse(match.Value))];

    private static int Count(XElement chart, string cssClass) => chart.Descendants().Count(element => element.Attribute("class")?.Value == cssClass);

    private static string[][] Rows(string page) =>
        [.. XElement.Parse(Body().Match(page).Value).Elements("tr").Select(row => row.Elements("td").Select(cell => cell.Attribute("data-v")!.Value).ToArray())];

    [GeneratedRegex("<svg viewBox=\"0 0 400.*?</svg>", RegexOptions.Singleline, 1000)]
    private static partial Regex Figure();

    [GeneratedRegex("<tbody>.*</tbody>", RegexOptions.Singleline, 1000)]
    private static partial Regex Body();

    [GeneratedRegex("<script", RegexOptions.None, 1000)]
    private static partial Regex OpeningScript();
}
