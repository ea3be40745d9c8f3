using Kantor.Cli.Scenarios;
using Kantor.Cli.Simulate;
using Kantor.Cli.Sweep;

namespace Kantor.Cli.Tests.Sweep;

public class SweepValidationTests
{
    [Fact]
    public void Nothing_typed_is_one_cell_per_default_policy()
    {
        var settings = Parse(new SimulateArguments());
        Assert.Equal(ScenarioFlags.DefaultPolicies.Split(','), settings.Tasks.Select(task => task.Point.Policy));
        Assert.All(settings.Tasks, task => Assert.Equal((1, 512, 300_000, 1.0, 1UL), (task.Point.Replicas, task.Point.StepTokensMax, task.Point.KvTokens, task.Point.RateScale, task.Point.Seed)));
        Assert.Equal(Environment.ProcessorCount, settings.Threads);
        Assert.Equal("kantor sweep", settings.Run.Command);
    }

    [Fact]
    public void Every_combination_is_a_cell_once_and_its_settings_are_those_of_its_place()
    {
        var tasks = Parse(Lists).Tasks;
        Assert.Equal(64 * 3, tasks.Count);
        Assert.Equal(tasks.Count, tasks.Select(task => task.Point).Distinct().Count());
        Assert.All(tasks, task => Assert.Equal(
            (task.Point.Policy, task.Point.Routing, task.Point.Replicas, task.Point.StepTokensMax, task.Point.KvTokens, task.Point.RateScale, task.Point.Seed),
            (task.Cell.Policy.Label, task.Cell.Router.Name, PoolOf(task).Replicas, PoolOf(task).Limits.StepTokensMax,
                PoolOf(task).Kv.BlocksTotal * 16L, task.Cell.Scenario.Workload.RateScale, task.Cell.Scenario.Seed)));

        static PoolPlan PoolOf(SweepTask task) => task.Cell.Scenario.Fleet.Pool;
    }

    [Theory]
    [InlineData("--replicas", "1,0")]
    [InlineData("--replicas", "2,,1")]
    [InlineData("--replicas", "2,02")]
    [InlineData("--rate-scale", "1,NaN")]
    [InlineData("--rate-scale", "1,1.0")]
    [InlineData("--seed", "1,x")]
    [InlineData("--seed", "7,7")]
    [InlineData("--seed", "")]
    [InlineData("--step-tokens", "512,-1")]
    [InlineData("--kv-tokens", "3000,15")]
    [InlineData("--kv-tokens", "3000,3001")]
    [InlineData("--html", " ")]
    [InlineData("--html", "same")]
    [InlineData("--threads", "0")]
    public void A_wrong_value_anywhere_in_a_list_is_answered_with_the_option(string option, string value)
    {
        var typed = new SweepArguments { Grid = new SimulateArguments { Json = "same" } };
        typed = option switch
        {
            "--replicas" => typed with { Grid = typed.Grid with { Replicas = value } },
            "--rate-scale" => typed with { Grid = typed.Grid with { RateScale = value } },
            "--seed" => typed with { Grid = typed.Grid with { Seed = value } },
            "--step-tokens" => typed with { Grid = typed.Grid with { StepTokens = value } },
            "--kv-tokens" => typed with { Grid = typed.Grid with { KvTokens = value } },
            "--html" => typed with { Grid = typed.Grid with { Html = value } },
            "--threads" => typed with { Threads = value },
            _ => throw new ArgumentOutOfRangeException(nameof(option), option, null),
        };
        Assert.False(SweepValidation.TryParse(typed, out var settings, out var errors));
        Assert.Null(settings);
        Assert.Contains(option, Assert.Single(errors));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once_and_once()
    {
        var typed = new SweepArguments { Grid = new SimulateArguments { Replicas = "0,1,1,no", Seed = "x", Policy = "fifo", RateScale = "1,2" }, Threads = "none" };
        Assert.False(SweepValidation.TryParse(typed, out _, out var errors));
        Assert.Equal(6, errors.Count);
    }

    [Fact]
    public void Too_large_a_grid_is_refused_with_its_size()
    {
        var seeds = string.Join(',', Enumerable.Range(0, 2501));
        Assert.False(SweepValidation.TryParse(new SweepArguments { Grid = new SimulateArguments { Seed = seeds } }, out _, out var errors));
        Assert.Contains("10004 cells; at most 10000", Assert.Single(errors));
    }

    [Fact]
    public void The_command_gives_the_same_grid_again_and_quotes_what_a_shell_would_read()
    {
        var typed = new SweepArguments { Grid = Lists with { Trace = "it's a trace; rm", NoPrefixCache = true, Json = "a.json", Html = "b.html" }, Threads = "1" };
        Assert.Equal(
            @"kantor sweep --trace 'it'\''s a trace; rm' --policy fcfs,svf --routing round-robin,least-loaded --replicas 1,2 --rate-scale 0.5,1 --seed 1,2,3 --step-tokens 256,512 --kv-tokens 16000,32000 --no-prefix-cache",
            typed.Grid.CommandOf("sweep"));
    }

    [Fact]
    public void Every_option_that_the_help_lists_is_read()
    {
        var options = SweepCommand.Create().Options.Where(option => option.Name.StartsWith("--", StringComparison.Ordinal) && option is not System.CommandLine.Help.HelpOption).ToArray();
        var line = options.SelectMany(option => option.ValueType == typeof(bool) ? (string[])[option.Name] : [option.Name, "value-of" + option.Name]);
        var typed = SweepCommand.Read(SweepCommand.Create().Parse([.. line]));
        // A scenario file and an event log are of one run; a sweep has none.
        var read = typeof(SimulateArguments).GetProperties().Where(property => property.CanWrite && property.Name is not (nameof(SimulateArguments.Scenario) or nameof(SimulateArguments.EventLog))).Select(property => property.GetValue(typed.Grid)).Append(typed.Threads).ToArray();
        Assert.Equal(options.Length, read.Length);
        Assert.DoesNotContain(null, read);
        Assert.DoesNotContain(false, read);
        Assert.All(options, option => Assert.False(string.IsNullOrEmpty(option.Description)));
    }

    private static SimulateArguments Lists => new()
    {
        Policy = "fcfs,svf",
        Routing = "round-robin,least-loaded",
        Replicas = "1,2",
        StepTokens = "256,512",
        KvTokens = "16000,32000",
        RateScale = "0.5,1",
        Seed = "1,2,3",
    };

    private static SweepSettings Parse(SimulateArguments grid)
    {
        Assert.True(SweepValidation.TryParse(new SweepArguments { Grid = grid }, out var settings, out var errors), string.Join(' ', errors));
        return settings!;
    }
}
