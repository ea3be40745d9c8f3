using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Kantor.Reports.Runs;
using Kantor.Reports.Sweeps;
using Kantor.Reports.Tests.Sweeps;
using Kantor.Simulation.Tests;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Reports.Tests.Runs;

public partial class SimulateHtmlTests
{
    private static readonly RunReport[] Runs = [Run("fcfs"), Run("vllm-v1")];

    [Fact]
    public void Every_run_has_its_figures_its_outcomes_and_its_lines()
    {
        var page = Render(Runs);
        Assert.Equal(2, page.Split("<th scope=\"row\"").Length - 1);
        Assert.Contains("2 stopped, 1 refused never fits", page);
        var charts = Charts(page);
        // Three of latencies, four over time, and one of tenants per run.
        Assert.Equal(3 + 4 + 2, charts.Length);
        Assert.All(charts, chart => Assert.Equal(2, chart.Descendants("path").Count(path => path.Attribute("class")?.Value == "line")));
        Assert.Contains("fcfs", charts[0].Descendants("path").Select(path => path.Attribute("data-name")?.Value));
    }

    [Fact]
    public void Everything_drawn_lies_within_its_chart()
    {
        foreach (var path in Charts(Render(Runs)).SelectMany(chart => chart.Descendants("path")).Where(path => path.Attribute("class")?.Value == "line"))
        {
            var pairs = path.Attribute("d")!.Value[1..].Split('L').Select(pair => pair.Split(',')).ToArray();
            Assert.All(pairs, pair => Assert.InRange(double.Parse(pair[0], CultureInfo.InvariantCulture), 62, 386));
            Assert.All(pairs, pair => Assert.InRange(double.Parse(pair[1], CultureInfo.InvariantCulture), 12, 218));
        }
    }

    [Fact]
    public void Two_routings_are_told_apart_by_name()
    {
        Assert.Contains("<li>", Render(Runs));
        Assert.DoesNotContain("fcfs, round-robin", Render(Runs));
        Assert.Contains("fcfs, round-robin", Render([Runs[0], Runs[0] with { Routing = "least-loaded" }]));
    }

    [Fact]
    public void A_run_of_one_tenant_or_none_has_no_table_of_tenants() =>
        Assert.DoesNotContain("<h2>Tenants</h2>", Render([Runs[0] with { Tenants = [] }]));

    [Fact]
    public void Text_from_outside_is_never_markup()
    {
        const string evil = "<script>alert('1')</script>&\"{0}";
        var page = Render([Runs[0] with { Policy = evil, Tenants = [.. Runs[0].Tenants.Select(tenant => tenant with { Tenant = evil })], Timeline = SweepSample.Timeline with { Tenants = [(evil, [1]), ("b", [2])] } }], evil);
        Assert.Single(OpeningScript().Matches(page));
        Assert.DoesNotContain("alert('1')", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;{0}", page);
    }

    [Fact]
    public void The_page_names_no_address_outside_of_itself_and_its_bytes_do_not_depend_on_the_machine()
    {
        var page = Render(Runs);
        Assert.DoesNotContain("//", page.Replace("<!doctype", "", StringComparison.Ordinal), StringComparison.Ordinal);
        foreach (var loads in (string[])["src=", "href=", "url(", "@import", "fetch(", "<link", "<iframe"]) Assert.DoesNotContain(loads, page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(page, Render([.. Runs.Select(run => run with { WallS = 77 })]));
    }

    [Fact]
    public void A_run_in_which_nothing_completed_is_a_page_too() =>
        Assert.Contains("refused never fits", Render([RunReport.Of(RunVerified([Request(0, 4000, 1)], Small()), wallS: 1)]));

    private static RunReport Run(string policy) => RunReport.Of(
        RunVerified(
            [Request(0, 15, 2) with { Tenant = "a" }, Request(12_000, 4, 3) with { Tenant = "b" }, Request(20_000, 4000, 1) with { Tenant = "b" }],
            Small(planner: Core.PolicyCatalogue.Planner(policy))),
        wallS: 1);

    private static string Render(IReadOnlyList<RunReport> runs, string text = "t")
    {
        using var writer = new StringWriter();
        SimulateHtml.Write(writer, ReportTests.Parameters with { Trace = text, Format = text, Profile = text, Predictor = text, Slo = text }, text, runs);
        return writer.ToString();
    }

    private static XElement[] Charts(string page) => [.. Figure().Matches(page).Select(match => XElement.Parse(match.Value))];

    [GeneratedRegex("<svg viewBox=\"0 0 400.*?</svg>", RegexOptions.Singleline, 1000)]
    private static partial Regex Figure();

    [GeneratedRegex("<script", RegexOptions.None, 1000)]
    private static partial Regex OpeningScript();
}
