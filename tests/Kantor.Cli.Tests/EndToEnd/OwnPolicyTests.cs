using System.Diagnostics;
using System.Text.Json.Nodes;
using Kantor.Cli.Tests.Policies;

namespace Kantor.Cli.Tests.EndToEnd;

/// <summary>The sample policy in the program as a person runs it.</summary>
public sealed class OwnPolicyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-own-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_runs_in_simulate_beside_ours_and_its_option_labels_its_run()
    {
        var report = await ReportAsync(
            "simulate", "--policy", "last-come:admissions-max=1,last-come,fcfs", "--limit", "60", "--rate-scale", "20", "--json", "-");
        var runs = report["runs"]!.AsArray();
        Assert.Equal(["last-come:admissions-max=1", "last-come", "fcfs"], runs.Select(run => (string)run!["policy"]!));
        Assert.All(runs, run => Assert.Equal((60, 0), ((int)run!["completed"]!, (int)run["rejected"]!)));
        Assert.Equal(3, runs.Select(run => (double)run!["ttft_ms"]!["mean"]!).Distinct().Count());
    }

    [Fact]
    public async Task It_runs_from_a_scenario_file()
    {
        var scenario = Path.Combine(_folder, "own.yaml");
        await File.WriteAllTextAsync(scenario, """
            workload:
              sample:
            fleet:
              profile: unit
              policies: [last-come: { admissions-max: 2 }]
            """, TestContext.Current.CancellationToken);
        var report = await ReportAsync("simulate", "--scenario", scenario, "--json", "-");
        Assert.Equal("last-come:admissions-max=2", (string)report["runs"]![0]!["policy"]!);
    }

    [Fact]
    public async Task It_serves()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The server is ended by a signal.");
        using var serve = ProcessTests.Start(
            "serve", "--port", "0", "--threads", "1", "--policy-assembly", Samples.OwnPolicy, "--policy", "last-come:admissions-max=2");
        var url = (await ProcessTests.ReadUntilAsync(serve.StandardOutput, line => line.Contains(" on http", StringComparison.Ordinal)))
            .Split(" on ")[1].Split(' ')[0];
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        const string Asked = """{"model":"kantor-probe","prompt":"a fox","max_tokens":5}""";
        using var body = new StringContent(Asked, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("v1/completions", UriKind.Relative), body, TestContext.Current.CancellationToken);
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.True(answer.IsSuccessStatusCode, json.ToJsonString());
        Assert.Equal(5, (int)json["usage"]!["completion_tokens"]!);
        var metrics = await client.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains(",policy=\"last-come:admissions-max=2\"} 1", metrics);
        Assert.Equal(
            "0",
            metrics.Split('\n').Single(line => line.StartsWith("kantor_plans_refused_total", StringComparison.Ordinal)).Split(' ')[^1]);

        using var kill = Process.Start("kill", ["-TERM", $"{serve.Id}"]);
        Assert.Equal(0, await ProcessTests.ExitAsync(serve));
    }

    [Fact]
    public async Task Without_its_assembly_its_name_is_a_usage_error_before_any_work()
    {
        using var process = ProcessTests.Start("simulate", "--policy", "last-come");
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, await ProcessTests.ExitAsync(process));
        Assert.Contains("--policy: is 'last-come'; right is one of fcfs", errors);
    }

    private static async Task<JsonNode> ReportAsync(params string[] arguments)
    {
        using var process = ProcessTests.Start([.. arguments, "--policy-assembly", Samples.OwnPolicy]);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.True(await ProcessTests.ExitAsync(process) == 0, await errors);
        return JsonNode.Parse(output)!;
    }
}
