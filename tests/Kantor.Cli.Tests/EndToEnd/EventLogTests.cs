using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Kantor.Cli.Tests.EndToEnd;

/// <summary>Event logs as a person makes and reads them: of a served run and of a simulated one.</summary>
public sealed class EventLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-log-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_served_run_replays_exactly_through_its_own_policy_and_another_is_told_apart()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The server is ended by a signal.");
        var log = Path.Combine(_folder, "served.jsonl.gz");
        await ServeAsync(log, requests: 8);
        var result = JsonNode.Parse(await OutputAsync(0, "replay", log, "--policy", "fcfs,svf,static", "--json", "-"))!;
        Assert.Equal("fcfs", (string)result["planned_by"]!);
        var policies = result["policies"]!.AsArray();
        Assert.Equal([true, false, false], policies.Select(policy => (int)policy!["plans_otherwise"]! == 0));
        Assert.All(policies, policy => Assert.Equal(0, (int)policy!["plans_faulty"]!));
        Assert.All(policies, policy => Assert.True((int)policy!["plans"]! > 20));
        var story = await OutputAsync(0, "explain", log, "5");
        Assert.Contains("admitted by plan", story);
        Assert.Contains("ended as", story);
    }

    [Fact]
    public async Task A_simulated_run_says_what_svf_weighed_for_a_request()
    {
        var log = Path.Combine(_folder, "simulated.jsonl");
        await OutputAsync(0, "simulate", "--policy", "svf", "--limit", "80", "--kv-tokens", "8000", "--event-log", log);
        Assert.Contains("svf", await OutputAsync(0, "replay", log));
        var story = await OutputAsync(0, "explain", log, "40");
        Assert.Contains("[key-token-rounds", story);
        Assert.Contains("believed-rounds", story);
    }

    /// <summary>The log is beside the run and no part of it: the report is the same to the byte, but for the time that it took.</summary>
    [Fact]
    public async Task INV_LOG_3_a_log_changes_nothing_in_the_report()
    {
        var log = Path.Combine(_folder, "simulated.jsonl.gz");
        string[] run = ["simulate", "--policy", "vllm-v1", "--limit", "80", "--replicas", "2", "--csv", "-"];
        Assert.Equal(WithoutTime(await OutputAsync(0, run)), WithoutTime(await OutputAsync(0, [.. run, "--event-log", log])));
        Assert.Contains("--replica is needed: the log has 0, 1.", await OutputAsync(2, "replay", log));
        Assert.Contains("vllm-v1", await OutputAsync(0, "replay", log, "--replica", "1"));
    }

    [Fact]
    public async Task A_log_of_beliefs_that_need_the_truth_is_not_replayed_and_says_why()
    {
        var log = Path.Combine(_folder, "noisy.jsonl");
        await OutputAsync(0, "simulate", "--policy", "svf", "--limit", "20", "--predictor", "noisy:noise=0.4", "--event-log", log);
        Assert.Contains("need true lengths; no log has them", await OutputAsync(2, "replay", log));
    }

    [Theory]
    [InlineData("--event-log records one run, and this asks for 2", "simulate", "--policy", "svf,fcfs", "--limit", "5", "--event-log", "x.jsonl")]
    [InlineData("--event-log /nowhere/x.jsonl: cannot be written", "simulate", "--policy", "svf", "--limit", "5", "--event-log", "/nowhere/x.jsonl")]
    [InlineData("/nowhere/x.jsonl: cannot be read", "replay", "/nowhere/x.jsonl")]
    [InlineData("/nowhere/x.jsonl: cannot be read", "explain", "/nowhere/x.jsonl", "1")]
    public async Task What_is_wrong_is_a_usage_error(string expected, params string[] arguments) =>
        Assert.Contains(expected, await OutputAsync(2, arguments));

    // The last two columns say how long it took.
    private static string[][] WithoutTime(string csv) => [.. csv.Split('\n').Select(line => line.Split(',')[..^Math.Min(2, line.Split(',').Length)])];

    private static async Task ServeAsync(string log, int requests)
    {
        using var serve = ProcessTests.Start(
            "serve", "--port", "0", "--threads", "1", "--policy", "fcfs", "--running-max", "2", "--event-log", log);
        var url = (await ProcessTests.ReadUntilAsync(serve.StandardOutput, line => line.Contains(" on http", StringComparison.Ordinal)))
            .Split(" on ")[1].Split(' ')[0];
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        var answers = await Task.WhenAll(Enumerable.Range(0, requests).Select(number => AskAsync(client, number)));
        Assert.All(answers, answer => Assert.True(answer));
        using var kill = Process.Start("kill", ["-TERM", $"{serve.Id}"]);
        Assert.Equal(0, await ProcessTests.ExitAsync(serve));
    }

    private static async Task<bool> AskAsync(HttpClient client, int number)
    {
        // The longest first and long enough that all of them meet in the queue, however slowly they are sent: there the policies differ.
        var hens = string.Concat(Enumerable.Repeat(" and a hen", 20 - (2 * number)));
        var asked = $$"""{"model":"kantor-probe","prompt":"a fox{{hens}}","max_tokens":{{96 - (8 * number)}},"ignore_eos":true}""";
        using var body = new StringContent(asked, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("v1/completions", UriKind.Relative), body, TestContext.Current.CancellationToken);
        return answer.IsSuccessStatusCode;
    }

    private static async Task<string> OutputAsync(int exitCode, params string[] arguments)
    {
        using var process = ProcessTests.Start(arguments);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.True(await ProcessTests.ExitAsync(process) == exitCode, output + await errors);
        return exitCode == 0 ? output : await errors;
    }
}
