using System.Text.Json.Nodes;
using Kantor.Cli.Compare;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;

namespace Kantor.Cli.Tests.Compare;

/// <summary>The verb as a whole, without a process: settings in, files out.</summary>
public sealed class CompareRunTests : IDisposable
{
    private static readonly SimulateArguments Small = new() { Limit = "200", Profile = "llama-3-8b-a100", KvTokens = "20000" };

    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-compare-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_number_of_threads_changes_no_figure()
    {
        var (one, four) = (Run(Small, threads: "1"), Run(Small, threads: "4"));
        Assert.Equal(WithoutSpeed(one.Json), WithoutSpeed(four.Json));
    }

    [Fact]
    public void Every_run_has_the_fields_that_are_promised_and_every_policy_sees_the_same_requests()
    {
        var runs = Run(Small).Json["runs"]!.AsArray();
        Assert.Equal(3 * 2 * 2, runs.Count);
        Assert.All(runs, run => Assert.All(
            (string[])["load", "objective", "value", "bound", "ci95", "decision_us_p99", "information", "guarantee", "evidence", "tuned", "policy", "ttft_ms", "slo_attainment"],
            field => Assert.True(run!.AsObject().ContainsKey(field), field)));
        Assert.All(
            runs.GroupBy(run => ((double)run!["load"]!, (string)run["replicate"]!), run => (int)run!["requests"]!),
            group => Assert.Single(group.Distinct()));
        Assert.All(runs, run => Assert.Equal((double)run!["slo_attainment"]!, (double)run["value"]!));
    }

    [Fact]
    public void A_run_is_the_simulation_of_the_same_requests_at_that_rate()
    {
        var trace = WriteTrace(300);
        var grid = Small with { Trace = trace, Limit = null };
        var compared = Run(grid, seeds: "1", knee: "2").Json["runs"]!.AsArray().Single(run => (string?)run!["policy"] == "svf" && (double)run["load"]! == 1.5)!;
        var json = Path.Combine(_folder, "one.json");
        var input = RunInput.Of(grid with { Policy = "svf", RateScale = "3", Json = json });
        Assert.Equal(ExitCode.Success, new SimulateRun(input.Scenario, input.Settings).Execute(CancellationToken.None));
        var alone = JsonNode.Parse(File.ReadAllText(json))!["runs"]![0]!.AsObject();
        foreach (var (name, value) in alone.Where(field => field.Key is not ("wall_s" or "simulated_requests_per_s" or "timeline")))
        {
            Assert.Equal(value?.ToJsonString(), compared[name]?.ToJsonString());
        }
    }

    [Fact]
    public void Tuning_looks_at_the_first_half_alone_and_windows_share_the_second()
    {
        var trace = WriteTrace(300);
        var (json, html, csv) = Run(Small with { Trace = trace, Limit = null }, tune: true, knee: "2");
        Assert.Equal(75, (int)json["parameters"]!["requests_per_replicate"]!);
        Assert.Contains(json["runs"]!.AsArray(), run => (bool)run!["tuned"]!);
        Assert.False((bool)json["runs"]!.AsArray().First(run => (string)run!["policy"]! == "vllm-v1")!["tuned"]!);
        Assert.Contains("kantor compare", html);
        Assert.Contains("What may be concluded", html);
        Assert.Equal(json["runs"]!.AsArray().Count + 1, csv.TrimEnd().Split('\n').Length);
    }

    [Fact]
    public void Other_constants_change_the_values_and_the_words_say_what_becomes_of_the_ranking()
    {
        var (json, html, _) = Run(Small, sensitivity: true);
        var worlds = json["sensitivity"]!.AsArray();
        Assert.Equal(
            [
                "Prefill −30 % of the step time", "Prefill +30 % of the step time", "Decode −30 % of the step time",
                "Decode +30 % of the step time", "True lengths known", "True lengths known up to an error of 20 %",
                "True lengths known up to an error of 40 %", "True lengths known up to an error of 80 %",
            ],
            worlds.Select(world => (string)world!["world"]!));
        Assert.True((double)worlds[1]!["values"]!["svf"]! <= (double)worlds[0]!["values"]!["svf"]!);
        Assert.Contains("30 % of the step time, at 1.5", html);
        // What asks no beliefs is the same with any, and what does is not.
        Assert.Single(worlds.Skip(4).Select(world => (double)world!["values"]!["fcfs"]!).Distinct());
        Assert.True(worlds.Skip(4).Select(world => (double)world!["values"]!["svf"]!).Distinct().Count() > 1);
    }

    [Theory]
    [InlineData("admission", "early-rejection,accept-all", "accept-all", "planner")]
    [InlineData("predictor", "constant,noisy", "class-quantile", "admission")]
    [InlineData("retention", "gdsf", "lru", "planner")]
    [InlineData("routing", "least-loaded", "round-robin", "predictor")]
    public void Another_decision_is_compared_while_all_others_stay(string decision, string policies, string baseline, string sharedOne)
    {
        var (json, html, _) = Run(Small with { Policy = "svf" }, decision: decision, policies: policies);
        var rows = json["rows"]!.AsArray();
        Assert.Equal(decision, (string)json["parameters"]!["decision"]!);
        Assert.Equal(baseline, (string)rows[0]!["policy"]!);
        Assert.Equal(policies.Split(',').Append(baseline).Distinct().Order(), rows.Select(row => (string)row!["policy"]!).Distinct().Order());
        Assert.NotNull(json["parameters"]![sharedOne]);
        Assert.Equal("svf", (string)json["parameters"]!["planner"]!);
        Assert.False(json["parameters"]!.AsObject().ContainsKey(decision));
        Assert.Contains(decision, html);
        Assert.Equal(decision == "predictor", html.Contains("good order"));
    }

    [Fact]
    public void Beliefs_are_scored_where_they_are_compared()
    {
        var rows = Run(Small with { Policy = "fcfs" }, decision: "predictor", policies: "noisy,noisy:noise=2,constant").Json["rows"]!.AsArray();
        double Score(string policy, string field) => (double)rows.First(row => (string)row!["policy"]! == policy)!["beliefs"]![field]!;
        Assert.Equal((0, 1, 1), (Score("noisy", "error_share"), Score("noisy", "covered_share"), Score("noisy", "good_decision_share")));
        Assert.InRange(Score("noisy:noise=2", "good_decision_share"), 0.5, 0.9);
        Assert.Equal(0.5, Score("constant", "good_decision_share"));
        Assert.InRange(Score("class-quantile", "covered_share"), 0.7, 1);
    }

    [Fact]
    public void Better_beliefs_help_who_asks_them_and_early_rejection_helps_beyond_the_knee()
    {
        double Mean(string decision, string policies, string planner, string policy)
        {
            var json = Run(Small with { Policy = planner, Limit = "600" }, seeds: "4", decision: decision, policies: policies).Json;
            return (double)json["rows"]!.AsArray().Single(row => (string)row!["policy"]! == policy && (double)row["load"]! == 1.5)!["value"]!["mean"]!;
        }

        Assert.True(Mean("predictor", "noisy", "svf", "noisy") > Mean("predictor", "noisy:noise=3", "svf", "noisy:noise=3"));
        Assert.True(Mean("admission", "set-feasible", "fcfs", "set-feasible") > Mean("admission", "accept-all", "fcfs", "accept-all"));
    }

    [Fact]
    public void Too_many_windows_are_refused_by_name() =>
        Assert.Contains("--seeds 9", Assert.Throws<UsageException>(() => Run(Small with { Trace = WriteTrace(5), Limit = null }, seeds: "9", knee: "1")).Message);

    private string WriteTrace(int requests)
    {
        var path = Path.Combine(_folder, $"trace-{requests}.jsonl");
        File.WriteAllLines(path, Enumerable.Range(0, requests).Select(index =>
        {
            var prompt = 200 + (index * 131 % 1700);
            var ids = string.Join(',', Enumerable.Range(0, (prompt + 511) / 512).Select(block => (index * 10) + block));
            return $$"""{"timestamp":{{index * 37}},"input_length":{{prompt}},"output_length":{{5 + (index * 17 % 90)}},"hash_ids":[{{ids}}]}""";
        }));
        return path;
    }

    private (JsonNode Json, string Html, string Csv) Run(SimulateArguments run, string seeds = "2", string? threads = null, string? knee = null, bool tune = false, bool sensitivity = false, string? decision = null, string policies = "fcfs,svf")
    {
        string Path(string name) => System.IO.Path.Combine(_folder, name);
        var settings = CompareValidation.Parse(new CompareArguments
        {
            Run = run with { Json = Path("r.json"), Html = Path("r.html"), Csv = Path("r.csv") },
            Decision = decision,
            Policies = policies,
            Load = "0.8,1.5",
            Seeds = seeds,
            Threads = threads,
            Knee = knee,
            Tune = tune,
            Sensitivity = sensitivity,
        });
        Assert.Equal(ExitCode.Success, new CompareRun(settings).Execute(CancellationToken.None));
        return (JsonNode.Parse(File.ReadAllText(Path("r.json")))!, File.ReadAllText(Path("r.html")), File.ReadAllText(Path("r.csv")));
    }

    private static string WithoutSpeed(JsonNode json)
    {
        foreach (var run in json["runs"]!.AsArray().Concat(json["rows"]!.AsArray()))
        {
            foreach (var field in (string[])["wall_s", "simulated_requests_per_s", "decision_us_p99", "decision_bytes"]) run!.AsObject().Remove(field);
        }

        return json.ToJsonString();
    }
}
