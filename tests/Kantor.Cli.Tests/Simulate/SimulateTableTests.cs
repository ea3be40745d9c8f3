using Kantor.Cli.Simulate;
using Kantor.Reports.Runs;
using Kantor.Simulation.Metrics;

namespace Kantor.Cli.Tests.Simulate;

public class SimulateTableTests
{
    private static readonly RunReport Report = new()
    {
        Policy = "svf",
        Routing = "round-robin",
        Requests = 12_031,
        Completed = 12_030,
        Rejected = 1,
        Ttft = new LatencySummary(1, 2.51, 3, 1500, 5),
        Itl = null,
        E2e = new LatencySummary(1, 20_000, 3, 2_500_000, 5),
        GoodputRps = 1.25,
        SloAttainment = 0.512,
        PrefixHitRate = 0.04,
        Preemptions = 2,
        RecomputedTokens = 9,
        WallS = 2,
    };

    [Fact]
    public void There_is_one_line_per_run_without_escape_codes()
    {
        using var writer = new StringWriter();
        SimulateTable.Write(writer, [Report, Report with { Policy = "fcfs" }], "header");
        var lines = writer.ToString().TrimEnd().Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.Equal("header", lines[0].TrimEnd());
        Assert.StartsWith("svf", lines[2]);
        foreach (var expected in (string[])["12,030", "0.003", "1.500", "20.00", "2,500", "51.2 %", "1.25", "–"]) Assert.Contains(expected, lines[2]);
        Assert.DoesNotContain('\u001b', writer.ToString());
    }

    [Fact]
    public void Several_tenants_get_a_line_each_with_their_share_and_attainment()
    {
        TenantReport[] tenants = [.. Enumerable.Range(1, 12).Select(number => new TenantReport
        {
            Tenant = $"t{number}", Requests = 5, Completed = 4, Rejected = 1, ServiceTokens = 1000 * number, ServiceShare = number / 78.0, SloAttainment = 0.8, Ttft = null,
        })];
        using var writer = new StringWriter();
        SimulateTable.Write(writer, [Report with { Tenants = tenants }], "header");
        var lines = writer.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd()).ToArray();
        Assert.Equal(10, lines.Count(line => line.Contains("80.0 %", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.Contains("t12", StringComparison.Ordinal) && line.Contains("12,000", StringComparison.Ordinal) && line.Contains("15.4 %", StringComparison.Ordinal));
        Assert.Contains("The 10 tenants with the most service of 12; --json lists all.", lines);
        Assert.Contains("svf round-robin 0.78", lines[^1]);

        using var one = new StringWriter();
        SimulateTable.Write(one, [Report with { Tenants = tenants[..1] }], "header");
        Assert.DoesNotContain("tenant", one.ToString());
    }
}
