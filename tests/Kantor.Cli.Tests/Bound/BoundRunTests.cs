using System.Text.Json.Nodes;
using Kantor.Cli.Bound;
using Kantor.Cli.Runs;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Core;
using Kantor.Core.Objectives;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Tests.Bound;

public sealed class BoundRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-bound-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Runs_of_the_shipped_trace_stay_below_their_bound()
    {
        var typed = new SimulateArguments { Limit = "150", RateScale = "6", Objective = "goodput(ttft=2s,itl=200ms)" };
        var bound = Run(typed)["bounds"]![0]!;
        Assert.True(bound["is_upper"]!.GetValue<bool>());
        Assert.InRange(bound["value"]!.GetValue<double>(), 1, 150);
        Assert.NotEmpty(bound["assumptions"]!.AsArray());
        Assert.Equal(150, bound["steps"]![0]!["value"]!.GetValue<double>());
        Assert.True(WithinSlo(typed) <= bound["value"]!.GetValue<double>() + 1e-6);
    }

    [Fact]
    public void Later_turns_and_shared_blocks_are_taken_as_found_cached()
    {
        Assert.True(Objective.TryParse("goodput(ttft=2s) weights {gold: 3}", out var objective, out _));
        TraceRequest[] requests =
        [
            new(0, 40, 5, [1, 2, 3], 16), new(1, 64, 99, [1, 2, 4, 5], 16), new(2, 32, 1, [1, 2], 16),
            new TraceRequest(3, 10, 1) { Turn = new TraceTurn { SessionId = "s", Turn = 1 } },
        ];
        var bounds = BoundInput.Requests(requests, objective, 50, prefixCaching: true, []);
        Assert.Equal([32, 32, 31, 9], bounds.Select(request => request.HitTokensMax));
        Assert.Equal([5, 50, 1, 1], bounds.Select(request => request.OutputTokens));
        Assert.All(bounds, request => Assert.Equal(3, request.Weight));
        Assert.All(BoundInput.Requests(requests, objective, 50, prefixCaching: false, []), request => Assert.Equal(0, request.HitTokensMax));
    }

    /// <summary>The exact search and the simulator agree on what is possible: no planner passes an optimum, and one that plans badly is far below.</summary>
    [Theory]
    [InlineData("goodput(ttft=2s,itl=200ms)")]
    [InlineData("latency(mean-ttft)")]
    public void No_planner_of_the_catalogue_passes_the_optimum_of_a_nearest_instance(string objective)
    {
        var found = Run(new SimulateArguments { Profile = "llama-3-8b-a100", RateScale = "1", Objective = objective, Policy = string.Join(',', PolicyCatalogue.PlannerNames), KvTokens = "40000" })
            ["nearest_instances"]!;
        Assert.True((int)found["solved"]! >= 2, $"{found["solved"]} solved");
        Assert.InRange((double)found["optimum_of_bound"]!, 0.3, 1 + 1e-9);
        var shares = found["policies"]!.AsObject().ToDictionary(policy => policy.Key, policy => (double?)policy.Value);
        Assert.Equal(PolicyCatalogue.PlannerNames.Order(), shares.Keys.Order());
        Assert.All(shares, policy => Assert.True(policy.Value is null or <= 1 + 1e-9, $"{policy.Key}: {policy.Value}"));
        Assert.True(shares.Values.Max() > 0.8);
        Assert.True(shares["static"] < shares.Values.Max());
    }

    [Fact]
    public void An_objective_without_bound_is_refused_with_its_option()
    {
        var wrong = Assert.Throws<UsageException>(() => Run(new SimulateArguments { Limit = "5", Objective = "tail(p99-ttft)" }));
        Assert.StartsWith("--objective: there is no bound of 'tail(p99-ttft)'", wrong.Message, StringComparison.Ordinal);
    }

    private JsonNode Run(SimulateArguments typed) => Written(typed, input => new BoundRun(input.Scenario, input.Settings).Execute(default));

    private double WithinSlo(SimulateArguments typed)
    {
        var json = Written(typed, input => new SimulateRun(input.Scenario, input.Settings).Execute(default));
        return json["runs"]!.AsArray().Max(run => run!["slo_attainment"]!.GetValue<double>()) * 150;
    }

    private JsonNode Written(SimulateArguments typed, Func<RunInput, int> run)
    {
        var path = Path.Combine(_folder, "out.json");
        Assert.Equal(ExitCode.Success, run(RunInput.Of(typed with { Json = path })));
        return JsonNode.Parse(File.ReadAllText(path))!;
    }
}
