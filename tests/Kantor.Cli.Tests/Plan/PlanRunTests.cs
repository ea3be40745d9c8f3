using System.Text.Json.Nodes;
using Kantor.Cli.Plan;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;

namespace Kantor.Cli.Tests.Plan;

/// <summary>The verb as a whole, without a process: settings in, files out.</summary>
public sealed class PlanRunTests : IDisposable
{
    private static readonly PlanArguments Small = new()
    {
        Simulation = new SimulateArguments { Profile = "opt-13b-a100-tp1,opt-13b-a100-tp2", Policy = "prefill-first", Slo = "ttft=400ms,tpot=100ms" },
        Workload = new PlanWorkload { Requests = "120", Prompt = "lognormal:493,0.9,8,2000", Output = "constant:20" },
        Rate = "12",
        RatioMax = "1",
        Seeds = "2",
        ReplicasMax = "16",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-plan-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task INV_SIM_8_the_number_of_threads_changes_no_byte()
    {
        var (one, four) = (await RunAsync(Small with { Threads = "1" }), await RunAsync(Small with { Threads = "4" }));
        Assert.Equal((ExitCode.Success, ExitCode.Success), (one.Exit, four.Exit));
        Assert.Equal((one.Json, one.Csv), (four.Json, four.Csv));
    }

    [Fact]
    public async Task The_plan_is_the_candidate_that_is_not_rejected_and_every_candidate_is_in_both_files()
    {
        var (_, text, csv) = await RunAsync(Small);
        var json = JsonNode.Parse(text)!;
        var candidates = json["candidates"]!.AsArray();
        var chosen = Assert.Single(candidates, candidate => candidate!["rejection"] is null)!;
        Assert.Equal(chosen["fleet"]!.GetValue<string>(), json["plan"]!["fleet"]!.GetValue<string>());
        Assert.InRange(json["plan"]!["attainment"]!.GetValue<double>(), 0.9, 1);
        Assert.Equal((4 + 4 + 4, 1 + 4 + 4 + 4), (candidates.Count, csv.TrimEnd().Split('\n').Length));
        Assert.Equal(12, json["parameters"]!["arrivals_per_s"]!.GetValue<double>(), 1);
        Assert.All(candidates, candidate => Assert.NotEmpty(candidate!["trials"]!.AsArray()));
    }

    [Fact]
    public async Task When_no_fleet_keeps_the_objectives_the_exit_code_says_so_and_the_table_is_written()
    {
        var (exit, text, _) = await RunAsync(Small with { Simulation = Small.Simulation with { Slo = "ttft=1ms" }, ReplicasMax = "2" });
        Assert.Equal(ExitCode.NotMet, exit);
        var json = JsonNode.Parse(text)!;
        Assert.Null(json["plan"]);
        Assert.All(json["candidates"]!.AsArray(), candidate => Assert.StartsWith("misses with", candidate!["rejection"]!.GetValue<string>()));
    }

    [Fact]
    public async Task An_interrupted_search_says_that_it_is_not_all()
    {
        var (exit, text, _) = await RunAsync(Small, new CancellationToken(canceled: true));
        var json = JsonNode.Parse(text)!;
        Assert.Equal((ExitCode.Interrupted, false, 0), (exit, json["complete"]!.GetValue<bool>(), json["candidates"]!.AsArray().Count));
    }

    [Fact]
    public async Task A_trace_is_planned_for_as_it_is_and_has_one_run()
    {
        var trace = Path.Combine(_folder, "trace.jsonl");
        File.WriteAllLines(trace, Enumerable.Range(0, 200).Select(index => $$"""{"timestamp":{{(index * 97) + (index % 7 * 11)}},"input_length":300,"output_length":10,"hash_ids":[{{index}}]}"""));
        var (exit, text, _) = await RunAsync(Small with { Simulation = Small.Simulation with { Trace = trace }, Workload = new PlanWorkload(), Rate = null, Disaggregate = "never" });
        Assert.Equal(ExitCode.Success, exit);
        Assert.All(JsonNode.Parse(text)!["candidates"]!.AsArray(), candidate => Assert.Equal(1, candidate!["seeds"]!.GetValue<int>()));
    }

    /// <summary>Five requests half a second apart come at 2 a second, and a rate that was read off a trace does not stretch it.</summary>
    [Fact]
    public async Task The_rate_of_a_trace_is_that_of_its_gaps_and_asking_for_it_changes_nothing()
    {
        var trace = Path.Combine(_folder, "even.jsonl");
        File.WriteAllLines(trace, Enumerable.Range(0, 5).Select(index => $$"""{"timestamp":{{index * 500}},"input_length":512,"output_length":4,"hash_ids":[{{index}}]}"""));
        var plan = Small with { Simulation = Small.Simulation with { Trace = trace }, Workload = new PlanWorkload(), Disaggregate = "never", Seeds = null };
        var (asRecorded, asAsked) = (await RunAsync(plan with { Rate = null }), await RunAsync(plan with { Rate = "2" }));
        var json = JsonNode.Parse(asRecorded.Json)!;
        Assert.Equal(2, json["parameters"]!["arrivals_per_s"]!.GetValue<double>());
        Assert.Equal(json["candidates"]!.ToJsonString(), JsonNode.Parse(asAsked.Json)!["candidates"]!.ToJsonString());
    }

    [Fact]
    public async Task Requests_that_all_arrive_at_once_have_no_rate_to_plan_for() => Assert.Contains(
        "rate to plan for",
        (await Assert.ThrowsAsync<UsageException>(() => RunAsync(Small with { Workload = Small.Workload with { Arrivals = "at-once" } }))).Message);

    private async Task<(int Exit, string Json, string Csv)> RunAsync(PlanArguments typed, CancellationToken cancellation = default)
    {
        var (json, csv) = (Path.Combine(_folder, "out.json"), Path.Combine(_folder, "out.csv"));
        var settings = PlanValidation.Parse(typed with { Simulation = typed.Simulation with { Json = json, Csv = csv } });
        var exit = await new PlanRun(settings).ExecuteAsync(cancellation);
        return (exit, await File.ReadAllTextAsync(json, CancellationToken.None), await File.ReadAllTextAsync(csv, CancellationToken.None));
    }
}
