using System.Text.Json.Nodes;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Cli.Sweep;

namespace Kantor.Cli.Tests.Sweep;

/// <summary>The verb as a whole, without a process: settings in, files out.</summary>
public sealed class SweepRunTests : IDisposable
{
    private static readonly SimulateArguments Small = new() { Limit = "40", Policy = "fcfs,svf", RateScale = "1,4", Seed = "1,2,3" };

    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-sweep-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void INV_SIM_8_the_number_of_threads_changes_no_figure_and_a_seed_does()
    {
        var (one, four) = (Run(Small, threads: "1"), Run(Small, threads: "4"));
        Assert.Equal(12, one.Json["cells"]!.AsArray().Count);
        Assert.Equal(WithoutSpeed(one.Json), WithoutSpeed(four.Json));
        Assert.Equal(one.Html, four.Html);
        Assert.NotEqual(WithoutSpeed(one.Json), WithoutSpeed(Run(Small with { Seed = "1,2,4" }, "4").Json));
    }

    [Fact]
    public void Cells_of_a_seed_see_the_same_arrivals_whatever_the_policy_and_seeds_differ()
    {
        var rates = Run(Small, "2").Json["cells"]!.AsArray().GroupBy(cell => (cell!["rate_scale"]!.GetValue<double>(), cell["seed"]!.GetValue<ulong>()), cell => cell!["arrivals_per_s"]!.GetValue<double>()).ToArray();
        Assert.Equal(6, rates.Length);
        Assert.All(rates, group => Assert.Single(group.Distinct()));
        Assert.Equal(6, rates.Select(group => group.First()).Distinct().Count());
    }

    [Fact]
    public void A_cell_is_the_simulation_of_its_options()
    {
        var path = Path.Combine(_folder, "trace.jsonl");
        File.WriteAllLines(path, Enumerable.Range(0, 60).Select(index => $$"""{"timestamp":{{index / 5 * 3000}},"input_length":700,"output_length":20,"hash_ids":[{{2 * index}},{{(2 * index) + 1}}]}"""));
        var grid = new SimulateArguments { Trace = path, Policy = "svf", Replicas = "1,2", RateScale = "0.5,2", Seed = "3,5" };
        var last = Run(grid, "2").Json["cells"]!.AsArray()[^1]!.AsObject();
        var json = Path.Combine(_folder, "one.json");
        var input = RunInput.Of(grid with { Replicas = "2", RateScale = "2", Seed = "5", Json = json });
        Assert.Equal(ExitCode.Success, new SimulateRun(input.Scenario, input.Settings).Execute(CancellationToken.None));
        var alone = JsonNode.Parse(File.ReadAllText(json))!["runs"]![0]!.AsObject();
        foreach (var (name, value) in alone.Where(field => field.Key is not ("wall_s" or "simulated_requests_per_s" or "timeline")))
        {
            Assert.Equal(value?.ToJsonString(), last[name]?.ToJsonString());
        }
    }

    [Fact]
    public void Page_and_CSV_hold_every_cell()
    {
        var (_, html, csv) = Run(Small, "2");
        Assert.Equal(1 + 12, html.Split("id=\"cells\"")[1].Split("<tr>").Length - 1);
        Assert.Equal(1 + 12, csv.TrimEnd().Split('\n').Length);
        Assert.Contains("kantor sweep --policy fcfs,svf --rate-scale 1,4 --seed 1,2,3 --limit 40", html);
    }

    [Fact]
    public void An_interrupted_sweep_writes_what_is_finished_and_says_that_it_is_not_all()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var settings = Settings(Small, "2");
        Assert.Equal(ExitCode.Interrupted, new SweepRun(settings).Execute(cancellation.Token));
        var json = JsonNode.Parse(File.ReadAllText(settings.Run.Reports.Json!))!;
        Assert.Equal((0, 12, false), (json["cells"]!.AsArray().Count, json["cells_total"]!.GetValue<int>(), json["complete"]!.GetValue<bool>()));
        Assert.Contains("Interrupted: 0 of 12 cells", File.ReadAllText(settings.Run.Reports.Html!));
    }

    [Fact]
    public void A_page_that_cannot_be_written_is_said_before_the_sweep()
    {
        var settings = Settings(Small, "1");
        settings = settings with { Run = settings.Run with { Reports = settings.Run.Reports with { Html = _folder } } };
        Assert.Contains("--html", Assert.Throws<UsageException>(() => new SweepRun(settings).Execute(CancellationToken.None)).Message);
    }

    [Fact]
    public void Differences_from_the_first_policy_are_paired_by_seed()
    {
        var json = Run(Small, "2").Json;
        var differences = json["paired_differences"]!.AsArray();
        Assert.Equal(2 * 5, differences.Count);
        var first = differences[3]!;
        Assert.Equal(("svf", "fcfs", "slo_attainment", 3), (first["policy"]!.GetValue<string>(), first["against"]!.GetValue<string>(), first["figure"]!.GetValue<string>(), first["seeds"]!.GetValue<int>()));
        var attainment = json["cells"]!.AsArray().Where(cell => cell!["rate_scale"]!.GetValue<double>() == 1)
            .ToLookup(cell => cell!["policy"]!.GetValue<string>(), cell => cell!["slo_attainment"]!.GetValue<double>());
        Assert.Equal(attainment["svf"].Zip(attainment["fcfs"]).Average(pair => pair.First - pair.Second), first["mean"]!.GetValue<double>(), 6);
    }

    [Fact]
    public void The_page_shows_the_course_of_the_first_seed()
    {
        var html = Run(Small, "2").Html;
        Assert.Contains("Of seed 1.", html);
        // Two rates, four charts each, a line per policy.
        Assert.Equal(2 * 4, html.Split("data-plot=").Length - 1);
    }

    private (JsonNode Json, string Html, string Csv) Run(SimulateArguments grid, string threads)
    {
        var settings = Settings(grid, threads);
        Assert.Equal(ExitCode.Success, new SweepRun(settings).Execute(CancellationToken.None));
        return (JsonNode.Parse(File.ReadAllText(settings.Run.Reports.Json!))!, File.ReadAllText(settings.Run.Reports.Html!), File.ReadAllText(settings.Run.Reports.Csv!));
    }

    private SweepSettings Settings(SimulateArguments grid, string threads)
    {
        var typed = new SweepArguments
        {
            Grid = grid with { Json = Path.Combine(_folder, "out.json"), Csv = Path.Combine(_folder, "out.csv"), Html = Path.Combine(_folder, "out.html") },
            Threads = threads,
        };
        Assert.True(SweepValidation.TryParse(typed, out var settings, out var errors), string.Join(' ', errors));
        return settings!;
    }

    private static string WithoutSpeed(JsonNode json)
    {
        var copy = json.DeepClone();
        foreach (var cell in copy["cells"]!.AsArray())
        {
            cell!.AsObject().Remove("wall_s");
            cell.AsObject().Remove("simulated_requests_per_s");
        }

        return copy.ToJsonString();
    }
}
