using System.Globalization;
using System.Text;
using System.Text.Json;
using Kantor.Core.Objectives;
using Kantor.Hardware.Profiles;
using Kantor.Reports.Runs;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Tests;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Reports.Tests.Runs;

public class ReportTests
{
    internal static readonly RunParameters Parameters = new()
    {
        Trace = "t.jsonl",
        Format = "Mooncake JSONL",
        LinesSkipped = 0,
        BatchesSpread = true,
        RateScale = 1.5,
        Seed = ulong.MaxValue,
        Profile = "unit",
        Predictor = "constant:5",
        Replicas = 2,
        StepTokensMax = 512,
        RunningMax = 128,
        KvTokens = 300_000,
        BlockSizeTokens = 16,
        PrefixCaching = true,
        OutputTokensMax = 64,
        Slo = "ttft=2000ms",
    };

    private static SloSpec Slo => SloSpec.TryParse("ttft=300us,itl=102us", out var slo, out _) ? slo : throw new InvalidOperationException();

    [Fact]
    public void The_JSON_has_the_fields_that_tools_rely_on_in_their_units()
    {
        // The scenario of SimulatorTests: TTFT 390 and 270 us, E2E 492 and 473 us, gaps 102, 102, 101 us; a third request never fits.
        var result = RunVerified([Request(0, 15, 2), Request(120, 4, 3), Request(500, 4000, 1)], Small() with { Slo = Slo });
        var json = Parse(RunReport.Of(result, wallS: 0.5));
        Assert.Equal("kantor.simulate.v1", json.GetProperty("schema").GetString());
        Assert.Equal(ulong.MaxValue, json.GetProperty("parameters").GetProperty("seed").GetUInt64());
        var run = json.GetProperty("runs")[0];
        Assert.Equal(
            ["policy", "routing", "requests", "completed", "rejected", "attempts", "ttft_ms", "itl_ms", "e2e_ms", "tpot_ms", "queueing_ms", "makespan_s", "output_tokens_per_s", "outcomes", "jain_index", "tenants", "goodput_rps", "slo_attainment", "prefix_hit_rate", "preemptions", "recomputed_tokens", "refound_tokens", "loaded_tokens", "swapped_tokens", "pipeline_idle_share", "fleet", "wall_s", "simulated_requests_per_s", "timeline"],
            run.EnumerateObject().Select(field => field.Name));
        Assert.Equal(("fcfs", "round-robin"), (run.GetProperty("policy").GetString(), run.GetProperty("routing").GetString()));
        Assert.Equal((3, 2, 1), (Int(run, "requests"), Int(run, "completed"), Int(run, "rejected")));
        Assert.Equal([0.33, 0.27, 0.39, 0.39, 0.39], Figures(run, "ttft_ms"));
        Assert.Equal([0.102, 0.102, 0.102, 0.102, 0.102], Figures(run, "itl_ms"));
        Assert.Equal([0.482, 0.473, 0.492, 0.492, 0.492], Figures(run, "e2e_ms"));
        Assert.Equal([0.102, 0.102, 0.102, 0.102, 0.102], Figures(run, "tpot_ms"));
        Assert.Equal([0.04, 0, 0.08, 0.08, 0.08], Figures(run, "queueing_ms"));
        Assert.Equal((0.000593, Math.Round(5 / 0.000593, 3)), (run.GetProperty("makespan_s").GetDouble(), run.GetProperty("output_tokens_per_s").GetDouble()));
        Assert.Equal("""{"stopped":2,"refused_never_fits":1}""", JsonSerializer.Serialize(run.GetProperty("outcomes")));
        Assert.Equal((JsonValueKind.Null, 0), (run.GetProperty("jain_index").ValueKind, run.GetProperty("tenants").GetArrayLength()));
        Assert.Equal((0.008, 1), (run.GetProperty("timeline").GetProperty("bucket_s").GetDouble(), run.GetProperty("timeline").GetProperty("kv_share_mean").GetArrayLength()));
        // Only the second request is within 300 us; 593 us of makespan.
        Assert.Equal(Math.Round(1 / 0.000593, 6), run.GetProperty("goodput_rps").GetDouble());
        Assert.Equal(0.333333, run.GetProperty("slo_attainment").GetDouble());
        Assert.Equal((0.000593, 1), (run.GetProperty("fleet").GetProperty("replica_s").GetDouble(), Int(run.GetProperty("fleet"), "replicas_max")));
        Assert.Equal((0.5, 6.0), (run.GetProperty("wall_s").GetDouble(), run.GetProperty("simulated_requests_per_s").GetDouble()));
    }

    [Fact]
    public void The_JSON_has_every_tenant_and_its_service_over_time()
    {
        var run = Parse(RunReport.Of(RunVerified([Request(0, 15, 2) with { Tenant = "a\"" }, Request(120, 4, 3)], Small()), wallS: 1)).GetProperty("runs")[0];
        Assert.Equal([("a\"", 17), (null, 7)], run.GetProperty("tenants").EnumerateArray().Select(tenant => (tenant.GetProperty("tenant").GetString(), Int(tenant, "service_tokens"))));
        Assert.Equal(["a\"", "(no tenant)"], run.GetProperty("timeline").GetProperty("tenants_tokens_per_s").EnumerateObject().Select(tenant => tenant.Name));
        Assert.InRange(run.GetProperty("jain_index").GetDouble(), 0.5, 1);
    }

    [Fact]
    public void A_run_without_completed_requests_has_null_figures_and_no_NaN()
    {
        var run = Parse(RunReport.Of(RunVerified([Request(0, 4000, 1)], Small()), wallS: 0)).GetProperty("runs")[0];
        Assert.Equal(JsonValueKind.Null, run.GetProperty("ttft_ms").GetProperty("p99").ValueKind);
        Assert.Equal(JsonValueKind.Null, run.GetProperty("itl_ms").GetProperty("mean").ValueKind);
        Assert.Equal(0, run.GetProperty("goodput_rps").GetDouble());
        Assert.Equal(0, run.GetProperty("simulated_requests_per_s").GetDouble());
    }

    [Fact]
    public void INV_SIM_8_equal_runs_give_equal_bytes_in_any_culture()
    {
        var before = CultureInfo.CurrentCulture;
        var expected = Render();
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = "." } };
            Assert.Equal(expected, Render());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void The_CSV_has_one_line_per_run_and_cannot_run_formulas()
    {
        var report = RunReport.Of(RunVerified([Request(0, 15, 2), Request(120, 4, 3)], Small()), wallS: 1);
        using var writer = new StringWriter();
        ReportCsv.Write(writer, [report, report with { Policy = "=cmd()", Routing = "a,\"b\"", Ttft = null }]);
        var lines = writer.ToString().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("policy,routing,requests,completed,rejected,ttft_ms_mean,", lines[0]);
        Assert.StartsWith("fcfs,round-robin,2,2,0,0.33,0.27,0.39,0.39,0.39,", lines[1]);
        Assert.Equal(lines[0].Count(character => character == ','), lines[1].Count(character => character == ','));
        Assert.StartsWith("'=cmd(),\"a,\"\"b\"\"\",2,2,0,,,,,,", lines[2]);
    }

    [Fact]
    public void Goodput_counts_completed_requests_within_their_objectives_only()
    {
        Assert.Equal(1, Attainment(new SloSpec()));
        Assert.Equal(0.5, Attainment(new SloSpec { TtftUsMax = 300 }));
        Assert.Equal(0, Attainment(new SloSpec { E2eUsMax = 100 }));

        double Attainment(SloSpec slo) => RunReport.Of(RunVerified([Request(0, 15, 2), Request(120, 4, 3)], Small() with { Slo = slo }), 1).SloAttainment;
    }

    private static string Render()
    {
        var run = RandomRun.Draw(7, "vllm-v1");
        using var stream = new MemoryStream();
        ReportJson.Write(stream, Parameters, [RunReport.Of(RunVerified(run.Trace, run.Options), wallS: 0.25)]);
        using var csv = new StringWriter();
        ReportCsv.Write(csv, [RunReport.Of(RunVerified(run.Trace, run.Options), wallS: 0.25)]);
        return Encoding.UTF8.GetString(stream.ToArray()) + csv;
    }

    private static JsonElement Parse(RunReport report)
    {
        using var stream = new MemoryStream();
        ReportJson.Write(stream, Parameters, [report]);
        Assert.Equal((byte)'\n', stream.ToArray()[^1]);
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }

    private static int Int(JsonElement run, string name) => run.GetProperty(name).GetInt32();

    private static double[] Figures(JsonElement run, string name) => [.. run.GetProperty(name).EnumerateObject().Select(figure => figure.Value.GetDouble())];
}
