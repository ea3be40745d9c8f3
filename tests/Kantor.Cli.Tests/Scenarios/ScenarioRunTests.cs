using System.Text.Json.Nodes;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;

namespace Kantor.Cli.Tests.Scenarios;

/// <summary>Scenario files as a whole: the file in, reports out.</summary>
public sealed class ScenarioRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-scenario-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_colocated_example_runs_every_pair_of_policies_and_accounts_for_every_request()
    {
        var json = Run(Scenarios.PathOf("colocated.yaml"));
        var runs = json["runs"]!.AsArray();
        Assert.Equal(
            [.. from router in (string[])["least-loaded", "two-choices"] from policy in (string[])["fcfs", "vllm-v1:order=priority:watermark=0.01", "svf"] select $"{policy}, {router}"],
            runs.Select(run => $"{run!["policy"]}, {run["routing"]}"));
        Assert.All(runs, run => Assert.Equal(600, run!["outcomes"]!.AsObject().Sum(outcome => outcome.Value!.GetValue<int>())));
        Assert.All(runs, run => Assert.Equal(2, run!["tenants"]!.AsArray().Count));
        Assert.Equal(("colocated.yaml", "drawn tenants", 4), (Text(json, "scenario"), Text(json, "trace"), json["parameters"]!["replicas"]!.GetValue<int>()));
    }

    [Fact]
    public void The_disaggregated_example_runs_and_every_turn_is_answered()
    {
        var json = Run(Scenarios.PathOf("disaggregated.yaml"));
        Assert.All(json["runs"]!.AsArray(), run => Assert.Equal(300, run!["completed"]!.GetValue<int>()));
        Assert.Contains("closed loop", Text(json, "clients"));
    }

    [Fact]
    public void Equal_files_give_equal_reports_and_another_seed_another()
    {
        const string text = """
            workload: { requests: { count: 60, arrivals: { gamma: { rate: 3/s, cv: 2 } }, adapters: { count: 3 } } }
            fleet: { profile: llama-3-8b-a100, replicas: 2, policies: [svf], signals: { all: { sampled: { period: 1s, jitter: 300ms } } } }
            seed: 4

            """;
        var (first, again, other) = (Run(Write("a.yaml", text)), Run(Write("a.yaml", text)), Run(Write("a.yaml", text.Replace("seed: 4", "seed: 5", StringComparison.Ordinal))));
        Assert.Equal(Figures(first), Figures(again));
        Assert.NotEqual(Figures(first), Figures(other));
    }

    [Fact]
    public void A_scenario_gives_what_the_same_options_give()
    {
        var path = Write("same.yaml", """
            workload: { sample: { limit: 120, rate-scale: 2 } }
            fleet: { profile: yi-34b-a100-tp2, replicas: 2, policies: [sarathi], routers: [least-loaded], kv: { size: 200000 tokens } }
            slo: { ttft: 1s }

            """);
        var typed = new SimulateArguments { Limit = "120", RateScale = "2", Replicas = "2", Policy = "sarathi", Routing = "least-loaded", KvTokens = "200000", Slo = "ttft=1s", Json = Out };
        Assert.Equal(ExitCode.Success, Execute(typed));
        var expected = JsonNode.Parse(File.ReadAllText(Out))!;
        Assert.Equal(Figures(expected), Figures(Run(path)));
    }

    [Fact]
    public void Unlike_pools_share_the_requests_and_the_report_names_both()
    {
        var json = Run(Write("pools.yaml", """
            workload: { sample: { limit: 100, rate-scale: 4 } }
            fleet: { policies: [svf], routers: [least-loaded], pools: [{ profile: yi-34b-a100-tp2, replicas: 2 }, { profile: llama-3-8b-a100 }] }

            """));
        Assert.Equal(("yi-34b-a100-tp2 + llama-3-8b-a100", 3), (Text(json, "profile"), json["parameters"]!["replicas"]!.GetValue<int>()));
        Assert.Equal(100, json["runs"]![0]!["completed"]!.GetValue<int>());
    }

    [Fact]
    public void A_trace_file_lies_beside_the_scenario_and_must_have_the_format_that_is_said()
    {
        Write("trace.jsonl", string.Concat(Enumerable.Range(0, 20).Select(row => $$"""{"timestamp": {{row * 100}}, "input_length": 30, "output_length": 5, "hash_ids": [{{row}}]}""" + "\n")));
        const string text = """
            workload: { trace: { file: trace.jsonl, format: mooncake } }
            fleet: { profile: unit, policies: [fcfs] }

            """;
        Assert.Equal(20, Run(Write("right.yaml", text))["runs"]![0]!["completed"]!.GetValue<int>());
        Assert.Contains("not in Azure CSV", Assert.Throws<UsageException>(() => Run(Write("wrong.yaml", text.Replace("mooncake", "azure", StringComparison.Ordinal)))).Message);
        Assert.Contains("cannot be opened", Assert.Throws<UsageException>(() => Run(Write("none.yaml", text.Replace("trace.jsonl", "other.jsonl", StringComparison.Ordinal)))).Message);
    }

    [Fact]
    public void Options_that_the_file_has_the_word_about_are_refused_each_by_name()
    {
        var error = Assert.Throws<UsageException>(() => RunInput.Of(new SimulateArguments { Scenario = "x", Policy = "fcfs", Seed = "2", NoPrefixCache = true, Json = "a", Csv = "a" })).Message;
        foreach (var option in (string[])["--policy", "--seed", "--no-prefix-cache"]) Assert.Contains($"{option} cannot be given with --scenario", error);
        Assert.Contains("--json and --csv both write to 'a'", error);
        var path = Scenarios.PathOf("colocated.yaml");
        var settings = RunInput.Of(new SimulateArguments { Scenario = path, Html = "-", NoLeap = true }).Settings;
        Assert.Equal((false, true, $"kantor simulate --scenario {path}"), (settings.Leaps, settings.Reports.TakeStandardOutput, settings.Command));
    }

    private string Out => Path.Combine(_folder, "out.json");

    private JsonNode Run(string path)
    {
        Assert.Equal(ExitCode.Success, Execute(new SimulateArguments { Scenario = path, Json = Out }));
        return JsonNode.Parse(File.ReadAllText(Out))!;
    }

    private static int Execute(SimulateArguments typed)
    {
        var input = RunInput.Of(typed);
        return new SimulateRun(input.Scenario, input.Settings).Execute(CancellationToken.None);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Text(JsonNode json, string parameter) => json["parameters"]![parameter]!.GetValue<string>();

    private static string Figures(JsonNode json)
    {
        var runs = json["runs"]!.DeepClone().AsArray();
        foreach (var run in runs) foreach (var speed in (string[])["wall_s", "simulated_requests_per_s"]) run!.AsObject().Remove(speed);
        return runs.ToJsonString();
    }
}
