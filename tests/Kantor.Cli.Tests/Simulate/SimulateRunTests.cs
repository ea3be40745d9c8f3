using System.Text.Json.Nodes;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;

namespace Kantor.Cli.Tests.Simulate;

/// <summary>The verb as a whole, without a process: settings in, files out.</summary>
public sealed class SimulateRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-simulate-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_shipped_trace_runs_with_every_default_policy_and_every_request_is_accounted_for()
    {
        var json = Run(new SimulateArguments { Limit = "150" });
        var runs = json["runs"]!.AsArray();
        Assert.Equal(["fcfs", "vllm-v1", "sarathi", "svf"], runs.Select(run => run!["policy"]!.GetValue<string>()));
        Assert.All(runs, run => Assert.Equal(150, run!["completed"]!.GetValue<int>() + run["rejected"]!.GetValue<int>()));
        Assert.All(runs, run => Assert.True(run!["prefix_hit_rate"]!.GetValue<double>() > 0.1));
        Assert.False(json["parameters"]!["batches_spread"]!.GetValue<bool>());
        Assert.Equal(1024, json["parameters"]!["output_tokens_max"]!.GetValue<int>());
    }

    [Fact]
    public void INV_SIM_8_the_same_command_twice_gives_the_same_bytes_but_for_its_own_speed()
    {
        var typed = new SimulateArguments { Trace = Batched(), Policy = "fcfs,svf", Routing = "round-robin,least-loaded", Replicas = "2", Seed = "5" };
        var (first, again, other) = (Run(typed), Run(typed), Run(typed with { Seed = "6" }));
        Assert.Equal(4, first["runs"]!.AsArray().Count);
        Assert.Equal(WithoutSpeed(first), WithoutSpeed(again));
        Assert.NotEqual(WithoutSpeed(first), WithoutSpeed(other));
        Assert.True(first["parameters"]!["batches_spread"]!.GetValue<bool>());
    }

    [Fact]
    public void Step_by_step_gives_the_same_bytes_as_leaping()
    {
        var typed = new SimulateArguments { Policy = string.Join(',', Kantor.Core.PolicyCatalogue.PlannerNames), Replicas = "2", Limit = "120", RateScale = "3" };
        Assert.Equal(WithoutSpeed(Run(typed)), WithoutSpeed(Run(typed with { NoLeap = true })));
    }

    [Fact]
    public void Batches_stay_as_they_are_when_asked_so()
    {
        var typed = new SimulateArguments { Trace = Batched(), Policy = "fcfs", SpreadBatches = "false" };
        var (kept, spread) = (Run(typed), Run(typed with { SpreadBatches = "true" }));
        Assert.False(kept["parameters"]!["batches_spread"]!.GetValue<bool>());
        Assert.True(MeanTtft(spread) < MeanTtft(kept));
    }

    [Fact]
    public void Clients_that_give_up_and_try_again_are_counted()
    {
        var json = Run(new SimulateArguments { Limit = "40", Policy = "fcfs", Users = "20", Timeout = "900ms", Retries = "2" });
        var run = json["runs"]![0]!;
        var cancelled = run["outcomes"]!["cancelled"]!.GetValue<int>();
        Assert.Equal(40, run["completed"]!.GetValue<int>() + cancelled);
        Assert.True(cancelled > 0 && run["attempts"]!.GetValue<int>() >= 40 + (2 * cancelled));
        Assert.Equal("20 users, timeout 0.9 s, up to 2 retries", json["parameters"]!["clients"]!.GetValue<string>());
    }

    [Fact]
    public void Sessions_in_a_closed_loop_need_sessions()
    {
        var error = Assert.Throws<UsageException>(() => Run(new SimulateArguments { Trace = Batched(), ClosedLoop = true }));
        Assert.StartsWith("--trace: a closed loop needs a trace with sessions", error.Message);
        var turns = Write("burst.csv", "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type", "5,7,1,m,400,40,440,Conversation log", "5.2,7,1,m,500,40,540,Conversation log");
        var (open, closed) = (Run(new SimulateArguments { Trace = turns, Policy = "fcfs" }), Run(new SimulateArguments { Trace = turns, Policy = "fcfs", ClosedLoop = true }));
        Assert.True(closed["runs"]![0]!["makespan_s"]!.GetValue<double>() > open["runs"]![0]!["makespan_s"]!.GetValue<double>());
    }

    [Fact]
    public void A_bad_trace_is_a_usage_error_with_file_and_line_unless_bad_lines_are_skipped()
    {
        var path = Write("bad.jsonl", Row(0), "oops", Row(5));
        var error = Assert.Throws<UsageException>(() => Run(new SimulateArguments { Trace = path, Policy = "fcfs" }));
        Assert.Contains($"{path}, line 2", error.Message);
        var json = Run(new SimulateArguments { Trace = path, Policy = "fcfs", SkipBadLines = true });
        Assert.Equal((2, 1), (json["runs"]![0]!["requests"]!.GetValue<int>(), json["parameters"]!["lines_skipped"]!.GetValue<int>()));
    }

    [Fact]
    public void A_report_that_cannot_be_written_is_said_before_the_run()
    {
        foreach (var path in (string[])[_folder, Path.Combine(_folder, "no", "such", "x.json")])
        {
            var error = Assert.Throws<UsageException>(() => Execute(new SimulateArguments { Json = path }));
            Assert.Contains("--json", error.Message);
        }
    }

    [Fact]
    public void The_CSV_has_the_same_runs()
    {
        var csv = Path.Combine(_folder, "out.csv");
        Run(new SimulateArguments { Limit = "20", Csv = csv });
        Assert.Equal(1 + 4, File.ReadAllLines(csv).Length);
    }

    [Fact]
    public void The_page_has_the_same_runs_and_the_command()
    {
        var html = Path.Combine(_folder, "out.html");
        Run(new SimulateArguments { Limit = "20", Policy = "fcfs,svf", Html = html });
        var page = File.ReadAllText(html);
        Assert.Contains("kantor simulate --policy fcfs,svf --limit 20", page);
        Assert.Equal(2, page.Split("<th scope=\"row\"").Length - 1);
    }

    [Fact]
    public void An_interrupted_run_ends_as_cancelled_and_leaves_no_report()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var path = Path.Combine(_folder, "never.json");
        var input = RunInput.Of(new SimulateArguments { Json = path });
        Assert.Throws<OperationCanceledException>(() => new SimulateRun(input.Scenario, input.Settings).Execute(cancellation.Token));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Every_option_that_the_help_lists_is_read()
    {
        var options = SimulateCommand.Create().Options.Where(option => option.Name.StartsWith("--", StringComparison.Ordinal) && option is not System.CommandLine.Help.HelpOption).ToArray();
        Assert.Equal(typeof(SimulateArguments).GetProperties().Count(property => property.CanWrite), options.Length);
        Assert.All(options, option => Assert.False(string.IsNullOrEmpty(option.Description)));
    }

    private JsonNode Run(SimulateArguments typed)
    {
        var path = Path.Combine(_folder, "out.json");
        Assert.Equal(ExitCode.Success, Execute(typed with { Json = path }));
        return JsonNode.Parse(File.ReadAllText(path))!;
    }

    private static int Execute(SimulateArguments typed)
    {
        var input = RunInput.Of(typed);
        return new SimulateRun(input.Scenario, input.Settings).Execute(CancellationToken.None);
    }

    private string Batched() => Write("batched.jsonl", [.. Enumerable.Range(0, 60).Select(index => Row(index / 5 * 3000, 2 * index))]);

    private string Write(string name, params string[] lines)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }

    private static string Row(long timestampMs, int firstId = 0) =>
        $$"""{"timestamp":{{timestampMs}},"input_length":700,"output_length":20,"hash_ids":[{{firstId}},{{firstId + 1}}]}""";

    private static double MeanTtft(JsonNode json) => json["runs"]![0]!["ttft_ms"]!["mean"]!.GetValue<double>();

    private static string WithoutSpeed(JsonNode json)
    {
        var copy = json.DeepClone();
        foreach (var run in copy["runs"]!.AsArray())
        {
            run!.AsObject().Remove("wall_s");
            run.AsObject().Remove("simulated_requests_per_s");
        }

        return copy.ToJsonString();
    }
}
