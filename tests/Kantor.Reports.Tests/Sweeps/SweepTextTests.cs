using System.Text.Json;
using Kantor.Reports.Sweeps;
using Kantor.Simulation.Metrics;

namespace Kantor.Reports.Tests.Sweeps;

public class SweepTextTests
{
    [Fact]
    public void The_JSON_has_the_place_and_the_figures_of_every_cell_and_what_failed()
    {
        var failed = new SweepFailure(SweepSample.Report.Cells[0].Point, "no progress");
        using var stream = new MemoryStream();
        SweepJson.Write(stream, SweepSample.Report with { Cells = [SweepSample.Report.Cells[3] with { ArrivalsPerS = null }], Failures = [failed] });
        var json = JsonDocument.Parse(stream.ToArray()).RootElement;
        Assert.Equal("kantor.sweep.v1", json.GetProperty("schema").GetString());
        Assert.Equal((12, false), (json.GetProperty("cells_total").GetInt32(), json.GetProperty("complete").GetBoolean()));
        var cell = Assert.Single(json.GetProperty("cells").EnumerateArray());
        Assert.Equal(["replicas", "step_tokens_max", "kv_tokens", "rate_scale", "seed", "arrivals_per_s", "policy", "routing"], cell.EnumerateObject().Select(field => field.Name).Take(8));
        Assert.Equal((1.0, 2UL), (cell.GetProperty("rate_scale").GetDouble(), cell.GetProperty("seed").GetUInt64()));
        Assert.Equal(JsonValueKind.Null, cell.GetProperty("arrivals_per_s").ValueKind);
        Assert.Equal(2000, cell.GetProperty("ttft_ms").GetProperty("p99").GetDouble());
        Assert.Equal("no progress", json.GetProperty("failures")[0].GetProperty("message").GetString());
    }

    [Fact]
    public void The_CSV_has_a_line_per_cell_under_its_header()
    {
        using var writer = new StringWriter();
        SweepCsv.Write(writer, SweepSample.Report.Cells);
        var lines = writer.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal(13, lines.Length);
        Assert.StartsWith("replicas,step_tokens_max,kv_tokens,rate_scale,seed,arrivals_per_s,policy,routing,", lines[0]);
        Assert.StartsWith("2,512,300000,0.5,2,5,fcfs,round-robin,100,99,1,100,", lines[2]);
        Assert.All(lines, line => Assert.Equal(lines[0].Split(',').Length, line.Split(',').Length));
    }

    [Fact]
    public void A_band_is_mean_range_and_interval_of_the_seeds_that_have_the_figure()
    {
        var groups = SweepGroup.Of(SweepSample.Report.Cells);
        Assert.Equal(6, groups.Count);
        Assert.Equal(new SweepBand(75, 50, 100, 25 * StudentT.Point95(1)), groups[0].Band(cell => cell.Run.Ttft?.P50Ms));
        Assert.Equal(new SweepBand(50, 50, 50, null), groups[0].Band(cell => cell.Point.Seed == 1 ? cell.Run.Ttft?.P50Ms : null));
        Assert.Null(groups[0].Band(_ => null));
    }
}
