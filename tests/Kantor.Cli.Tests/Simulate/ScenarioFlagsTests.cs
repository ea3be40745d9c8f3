using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Cli.Tests.Simulate;

/// <summary>What options mean: the scenario that they compile to, and what is said of those that are wrong.</summary>
public class ScenarioFlagsTests
{
    private static readonly RequestFacts Asked = new() { Id = default, PromptTokens = 10, OutputTokensMax = 100, ArrivalUs = 0 };

    [Fact]
    public void Nothing_typed_gives_the_defaults_that_the_help_states()
    {
        var scenario = Parse(new SimulateArguments());
        var pool = scenario.Fleet.Pool;
        Assert.Equal(new TraceWorkload { File = null }, scenario.Workload);
        Assert.Equal(ScenarioFlags.DefaultPolicies, string.Join(',', scenario.Fleet.Policies.Select(policy => policy.Label)));
        Assert.Equal("round-robin", Assert.Single(scenario.Fleet.Routers).Name);
        Assert.Equal((1, 512, 128), (pool.Replicas, pool.Limits.StepTokensMax, pool.Limits.RunningMax));
        Assert.Equal((18_750, 16, true), (pool.Kv.BlocksTotal, pool.Kv.BlockSizeTokens, pool.Kv.PrefixCaching));
        Assert.Equal((1.0, 1UL), (scenario.Workload.RateScale, scenario.Seed));
        Assert.Equal("ttft=2000ms,itl-max=200ms", scenario.Slo.ToString());
        Assert.Equal(("class-quantile", "class-quantile"), (pool.Predictor.Label, pool.Predictor.Policy().Name));
        Assert.NotSame(pool.Predictor.Policy(), pool.Predictor.Policy());
    }

    [Fact]
    public void Everything_typed_is_used()
    {
        var scenario = Parse(new SimulateArguments
        {
            Trace = "t.jsonl",
            Policy = "svf, fcfs",
            Routing = "least-loaded,round-robin",
            Replicas = "4",
            Profile = "unit",
            RateScale = "1.5e-1",
            Seed = "18446744073709551615",
            Slo = "tpot=50ms",
            StepTokens = "64",
            RunningMax = "3",
            KvTokens = "1000",
            BlockSize = "7",
            MaxTokens = "12",
            Predictor = "constant:9",
            Limit = "10",
            SpreadBatches = "false",
            NoPrefixCache = true,
            SkipBadLines = true,
        });
        var pool = scenario.Fleet.Pool;
        Assert.Equal(["svf", "fcfs"], scenario.Fleet.Policies.Select(policy => policy.Label));
        Assert.Equal(["least-loaded", "round-robin"], scenario.Fleet.Routers.Select(router => router.Name));
        Assert.Equal((4, "unit", ulong.MaxValue, 12), (pool.Replicas, pool.Profile.Name, scenario.Seed, scenario.Clients.OutputTokensMax));
        Assert.Equal((64, 3, 142, 7, false), (pool.Limits.StepTokensMax, pool.Limits.RunningMax, pool.Kv.BlocksTotal, pool.Kv.BlockSizeTokens, pool.Kv.PrefixCaching));
        Assert.Equal(new TraceWorkload { File = "t.jsonl", RequestsLimit = 10, SkipsBadLines = true, RateScale = 0.15 }, scenario.Workload);
        Assert.Equal(("tpot=50ms", "constant:tokens=9"), (scenario.Slo.ToString(), pool.Predictor.Label));
        Assert.Equal(9, pool.Predictor.Policy().Predict(new Core.Prediction.LengthQuery(Asked, 0, 100), new PolicyState()).MeanTokens);
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "--policy", "fifo" },
        { "--policy", "" },
        { "--policy", "fcfs,fcfs" },
        { "--routing", "shuffle" },
        { "--replicas", "0" },
        { "--replicas", "-1" },
        { "--replicas", "1.5" },
        { "--replicas", "99999999999999" },
        { "--profile", "h100" },
        { "--rate-scale", "0" },
        { "--rate-scale", "-1" },
        { "--rate-scale", "NaN" },
        { "--rate-scale", "Infinity" },
        { "--rate-scale", "1,5" },
        { "--rate-scale", "1e-300" },
        { "--seed", "-1" },
        { "--seed", "0x1" },
        { "--slo", "ttft" },
        { "--slo", "ttft=NaNms" },
        { "--step-tokens", "0" },
        { "--running-max", "0" },
        { "--kv-tokens", "0" },
        { "--kv-tokens", "15" },
        { "--block-size", "0" },
        { "--max-tokens", "0" },
        { "--predictor", "oracle" },
        { "--predictor", "constant:0" },
        { "--predictor", "constant:x" },
        { "--limit", "0" },
        { "--spread-batches", "maybe" },
        { "--trace", "" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_value_is_answered_with_the_option(string option, string value)
    {
        var compiled = ScenarioFlags.Compile(With(new SimulateArguments(), option, value));
        Assert.Null(compiled.Scenario);
        Assert.StartsWith(option + ": ", Assert.Single(compiled.Errors));
    }

    [Theory]
    [InlineData("--policy", "fifo", "fcfs, vllm-v1")]
    [InlineData("--routing", "fifo", "round-robin, random")]
    [InlineData("--profile", "fifo", "yi-34b-a100-tp2")]
    [InlineData("--predictor", "fifo", "one of class-quantile")]
    [InlineData("--policy", "vlm-v1", "Did you mean 'vllm-v1'?")]
    [InlineData("--policy", "svf:aging=perhaps", "svf:aging is 'perhaps'; it must be true or false")]
    [InlineData("--policy", "fcfs:depth=3", "fcfs has no option 'depth'")]
    [InlineData("--replicas", "0", "whole number from 1 to 4096")]
    [InlineData("--slo", "tbt=1s", "ttft (time to first token)")]
    [InlineData("--rate-scale", "NaN", "number from 0.000001")]
    public void The_answer_says_what_would_be_right(string option, string value, string right)
    {
        Assert.Contains(right, Assert.Single(ScenarioFlags.Compile(With(new SimulateArguments(), option, value)).Errors));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var typed = new SimulateArguments { Policy = "fifo,fcfs,lifo", Replicas = "none", RateScale = "NaN", Json = "x", Csv = "x", Html = " " };
        var message = Assert.Throws<UsageException>(() => RunInput.Of(typed)).Message;
        Assert.Equal(
            ["--rate-scale:", "--policy:", "--policy:", "--replicas:", "--html", "--json"], message.Split(Environment.NewLine + "kantor: ").Select(error => error.Split(' ')[0]));
    }

    [Fact]
    public void Reports_go_where_they_were_told_to()
    {
        var settings = RunInput.Of(new SimulateArguments { Json = "a.json", Csv = "-", NoLeap = true }).Settings;
        Assert.Equal((new ReportPaths("a.json", "-", null), true, false), (settings.Reports, settings.Reports.TakeStandardOutput, settings.Leaps));
    }

    [Fact]
    public void Limits_are_short_for_goodput_and_only_one_of_the_two_is_given()
    {
        var limits = Parse(new SimulateArguments { Slo = "ttft=1s,itl-max=100ms" }).Objective;
        Assert.Equal(Parse(new SimulateArguments { Objective = "goodput(itl=100ms,ttft=1s)" }).Objective, limits);
        Assert.Equal("goodput(ttft=3000ms) weights {gold: 3}", Parse(new SimulateArguments { Objective = "goodput(ttft=3s) weights {gold: 3}" }).Objective.ToString());
        Assert.Contains("--objective and --slo both say", Assert.Single(ScenarioFlags.Compile(new SimulateArguments { Slo = "ttft=1s", Objective = "throughput" }).Errors));
        Assert.StartsWith("--objective: column 1: 'profit' is no objective", Assert.Single(ScenarioFlags.Compile(new SimulateArguments { Objective = "profit" }).Errors));
    }

    [Fact]
    public void An_option_of_a_policy_that_changes_nothing_is_said_and_no_error()
    {
        var compiled = ScenarioFlags.Compile(new SimulateArguments { Policy = "svf:backfilling=false:backfill-depth=8" });
        Assert.Equal("svf:backfilling=false:backfill-depth=8", Assert.Single(compiled.Scenario!.Fleet.Policies).Label);
        Assert.StartsWith("--policy: svf:backfill-depth has no meaning", Assert.Single(compiled.Notes));
    }

    [Fact]
    public void Names_that_a_file_would_quote_are_names()
    {
        Assert.Equal(new TraceWorkload { File = "null", Spreads = true }, Parse(new SimulateArguments { Trace = "null" }).Workload);
    }

    private static Scenario Parse(SimulateArguments typed)
    {
        var compiled = ScenarioFlags.Compile(typed);
        Assert.True(compiled.Scenario is not null, string.Join(' ', compiled.Errors));
        return compiled.Scenario!;
    }

    private static SimulateArguments With(SimulateArguments typed, string option, string value) => option switch
    {
        "--trace" => typed with { Trace = value },
        "--policy" => typed with { Policy = value },
        "--routing" => typed with { Routing = value },
        "--replicas" => typed with { Replicas = value },
        "--profile" => typed with { Profile = value },
        "--rate-scale" => typed with { RateScale = value },
        "--seed" => typed with { Seed = value },
        "--slo" => typed with { Slo = value },
        "--step-tokens" => typed with { StepTokens = value },
        "--running-max" => typed with { RunningMax = value },
        "--kv-tokens" => typed with { KvTokens = value },
        "--block-size" => typed with { BlockSize = value },
        "--max-tokens" => typed with { MaxTokens = value },
        "--predictor" => typed with { Predictor = value },
        "--limit" => typed with { Limit = value },
        "--spread-batches" => typed with { SpreadBatches = value },
        _ => throw new ArgumentOutOfRangeException(nameof(option), option, null),
    };
}
