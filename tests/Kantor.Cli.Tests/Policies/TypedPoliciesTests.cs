using System.Text.Json.Nodes;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Cli.Sweep;
using Kantor.Cli.Tests.EndToEnd;

namespace Kantor.Cli.Tests.Policies;

/// <summary>Policies with options after <c>--policy</c>, in every verb that has it.</summary>
public sealed class TypedPoliciesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-typed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Simulate_runs_a_policy_with_and_without_an_option_and_labels_both()
    {
        var report = await ReportAsync(
            "simulate", "--policy", "svf:backfilling=false,svf", "--routing", "round-robin,least-loaded", "--replicas", "2",
            "--limit", "200", "--rate-scale", "6",
            "--kv-tokens", "20000");
        var runs = report["runs"]!.AsArray();
        Assert.Equal(
            ["round-robin svf:backfilling=false", "round-robin svf", "least-loaded svf:backfilling=false", "least-loaded svf"],
            runs.Select(run => $"{run!["routing"]} {run["policy"]}"));
        Assert.NotEqual(MeanTtft(runs[0]!), MeanTtft(runs[1]!));
    }

    [Fact]
    public async Task Sweep_sweeps_over_options()
    {
        var report = await ReportAsync("sweep", "--policy", "svf,svf:backfilling=false,scls:slice-tokens=64", "--limit", "40");
        Assert.Equal(
            ["svf", "svf:backfilling=false", "scls:slice-tokens=64"], report["cells"]!.AsArray().Select(cell => (string)cell!["policy"]!));
    }

    [Fact]
    public async Task Plan_compares_policies_with_options()
    {
        var report = await ReportAsync(
            "plan", "--profile", "opt-13b-a100-tp1", "--policy", "prefill-first,vllm-v1:watermark=0.05", "--rate", "4",
            "--slo", "ttft=2s,tpot=200ms",
            "--requests", "60", "--prompt", "constant:400", "--output", "constant:20", "--seeds", "1", "--replicas-max", "8");
        Assert.Contains("vllm-v1:watermark=0.05", report["candidates"]!.ToJsonString());
    }

    [Theory]
    [InlineData("svf:backfilling=maybe", "svf:backfilling is 'maybe'; it must be true or false.", "simulate")]
    [InlineData("svf:backfilling=maybe", "svf:backfilling is 'maybe'; it must be true or false.", "sweep")]
    [InlineData("svf:backfilling=maybe", "svf:backfilling is 'maybe'; it must be true or false.", "plan")]
    [InlineData("svf:backfilling=maybe", "svf:backfilling is 'maybe'; it must be true or false.", "serve")]
    [InlineData("svf:backfiling=true", "Did you mean 'backfilling'?", "serve")]
    [InlineData("svv", "Did you mean 'svf'?", "simulate")]
    public async Task What_is_wrong_is_said_before_any_work(string policy, string says, string verb)
    {
        using var process = ProcessTests.Start(verb, "--policy", policy);
        process.StandardInput.Close();
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Usage, await ProcessTests.ExitAsync(process));
        Assert.Contains(says, errors);
    }

    private static double MeanTtft(JsonNode run) => (double)run["ttft_ms"]!["mean"]!;

    private async Task<JsonNode> ReportAsync(params string[] arguments)
    {
        var path = Path.Combine(_folder, "out.json");
        using var process = ProcessTests.Start([.. arguments, "--json", path]);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.True(await ProcessTests.ExitAsync(process) == ExitCode.Success, errors + await output);
        return JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!;
    }
}
