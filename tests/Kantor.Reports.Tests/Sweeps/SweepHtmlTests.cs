using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Kantor.Reports.Pages;
using Kantor.Reports.Sweeps;

namespace Kantor.Reports.Tests.Sweeps;

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
        Assert.All(charts, chart => Assert.Equal((2, 6), (Count(chart, "line"), chart.Descendants("title").Count())));
        // Three of the six figures differ by seed; without a difference there is no band.
        Assert.Equal(4 * 2, charts.Sum(chart => Count(chart, "band")));
        // Seeds of 50 and 100 ms: 75 ± 12.7062 · 25; cut at 0.
        Assert.Contains("fcfs at 5 requests/s: 75 ms (0 ms to 393 ms)", charts[0].Descendants("title").Select(title => title.Value));
    }

    [Fact]
    public void No_interval_of_a_share_reaches_beyond_the_whole()
    {
        var band = new SweepBand(75, 50, 100, 90);
        Assert.Equal((0.0, 100.0), (SweepHtml.PointOf(1, band, most: 100).Low, SweepHtml.PointOf(1, band, most: 100).High));
        Assert.Equal(165.0, SweepHtml.PointOf(1, band).High);
        Assert.Null(SweepHtml.PointOf(1, null, most: 100).Y);
    }

    [Fact]
    public void Everything_drawn_lies_within_its_chart()
    {
        Assert.Contains("<polygon", Render(SweepSample.Report));
        foreach (var chart in Charts(Render(SweepSample.Report)))
        {
            var numbers = chart.Descendants("polygon").SelectMany(band => band.Attribute("points")!.Value.Split(' ')).Select(pair => pair.Split(',')).ToArray();
            Assert.All(numbers, pair => Assert.InRange(double.Parse(pair[0], CultureInfo.InvariantCulture), 62, 386));
            Assert.All(numbers, pair => Assert.InRange(double.Parse(pair[1], CultureInfo.InvariantCulture), 12, 218));
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

    [Fact]
    public void Differences_are_strong_where_their_interval_leaves_0_out()
    {
        // svf is 30 ms faster than fcfs in one seed, 31 and 29 in the others: t·s/√n = 4.3027 / √3.
        var cells = from seed in (ulong[])[1, 2, 3] from policy in (string[])["fcfs", "svf"] select SweepSample.Cell(policy, 1, seed);
        var moved = cells.Select(cell => cell.Point.Policy == "fcfs" ? cell : cell with { Run = cell.Run with { Ttft = cell.Run.Ttft! with { P99Ms = cell.Run.Ttft!.P99Ms - 28 - cell.Point.Seed } } });
        var page = Render(SweepSample.Report with { Cells = [.. moved] });
        Assert.Contains("<h2>Differences from fcfs</h2>", page);
        Assert.Contains("<td class=\"strong\">−0.030 (−0.032 to −0.028)</td>", page);
        Assert.Contains("<td>0 (0 to 0)</td>", page);
    }

    [Fact]
    public void The_course_of_time_is_drawn_for_cells_that_kept_it()
    {
        Assert.DoesNotContain("<h2>Over time</h2>", Render(SweepSample.Report));
        var cell = SweepSample.Cell("fcfs", 1, 7);
        var page = Render(SweepSample.Report with { Cells = [cell with { Run = cell.Run with { Timeline = SweepSample.Timeline } }] });
        Assert.Contains("Of seed 7.", page);
        Assert.Equal(4, Charts(page).Count(chart => chart.Attribute("data-plot") is not null));
    }

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

    [GeneratedRegex("""(?<=id="cells".*)<tbody>.*?</tbody>""", RegexOptions.Singleline, 1000)]
    private static partial Regex Body();

    [GeneratedRegex("<script", RegexOptions.None, 1000)]
    private static partial Regex OpeningScript();
}
