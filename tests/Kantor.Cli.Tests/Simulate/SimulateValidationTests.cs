using Kantor.Cli.Simulate;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Cli.Tests.Simulate;

public class SimulateValidationTests
{
    private static readonly RequestFacts Asked = new() { Id = default, PromptTokens = 10, OutputTokensMax = 100, ArrivalUs = 0 };

    [Fact]
    public void Nothing_typed_gives_the_defaults_that_the_help_states()
    {
        var settings = Parse(new SimulateArguments());
        Assert.Null(settings.TracePath);
        Assert.Equal(SimulateValidation.DefaultPolicies, string.Join(',', settings.Planners.Select(planner => planner.Name)));
        Assert.Equal("round-robin", Assert.Single(settings.Routers).Name);
        Assert.Equal((1, 512, 128), (settings.Replicas, settings.Limits.StepTokensMax, settings.Limits.RunningMax));
        Assert.Equal((18_750, 16, true), (settings.Kv.BlocksTotal, settings.Kv.BlockSizeTokens, settings.Kv.PrefixCaching));
        Assert.Equal((1.0, 1UL, true, false), (settings.RateScale, settings.Seed, settings.SpreadsBatches, settings.SkipsBadLines));
        Assert.Equal("ttft=2000ms,itl-max=200ms", settings.Slo.ToString());
        Assert.Equal("class-quantile", settings.NewPredictor().Name);
        Assert.NotSame(settings.NewPredictor(), settings.NewPredictor());
    }

    [Fact]
    public void Everything_typed_is_used()
    {
        var settings = Parse(new SimulateArguments
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
            Json = "a.json",
            Csv = "-",
            NoPrefixCache = true,
            SkipBadLines = true,
        });
        Assert.Equal(["svf", "fcfs"], settings.Planners.Select(planner => planner.Name));
        Assert.Equal(["least-loaded", "round-robin"], settings.Routers.Select(router => router.Name));
        Assert.Equal(("t.jsonl", 4, "unit", 0.15, ulong.MaxValue), (settings.TracePath, settings.Replicas, settings.Profile.Name, settings.RateScale, settings.Seed));
        Assert.Equal((64, 3, 142, 7, false), (settings.Limits.StepTokensMax, settings.Limits.RunningMax, settings.Kv.BlocksTotal, settings.Kv.BlockSizeTokens, settings.Kv.PrefixCaching));
        Assert.Equal((12, 10, false, true), (settings.OutputTokensMax, settings.RequestsLimit, settings.SpreadsBatches, settings.SkipsBadLines));
        Assert.Equal(("a.json", "-", true), (settings.JsonPath, settings.CsvPath, settings.ReportTakesStandardOutput));
        Assert.Equal(9, settings.NewPredictor().Predict(new Core.Prediction.LengthQuery(Asked, 0, 100), new PolicyState()).MeanTokens);
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "--policy", "fifo" },
        { "--policy", "" },
        { "--policy", "fcfs,fcfs" },
        { "--routing", "random" },
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
        { "--json", " " },
        { "--csv", "" },
        { "--trace", "" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_value_is_answered_with_the_option(string option, string value)
    {
        Assert.False(SimulateValidation.TryParse(With(new SimulateArguments(), option, value), out var settings, out var errors));
        Assert.Null(settings);
        Assert.Contains(option, Assert.Single(errors));
    }

    [Theory]
    [InlineData("--policy", "fifo", "fcfs, vllm-v1")]
    [InlineData("--routing", "fifo", "round-robin, least-loaded")]
    [InlineData("--profile", "fifo", "yi-34b-a100-tp2")]
    [InlineData("--predictor", "fifo", "constant:N")]
    [InlineData("--replicas", "0", "whole number from 1 to 4096")]
    [InlineData("--slo", "tbt=1s", "ttft (time to first token)")]
    [InlineData("--rate-scale", "NaN", "number from 0.000001")]
    public void The_answer_says_what_would_be_right(string option, string value, string right)
    {
        Assert.False(SimulateValidation.TryParse(With(new SimulateArguments(), option, value), out _, out var errors));
        Assert.Contains(right, Assert.Single(errors));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var typed = new SimulateArguments { Policy = "fifo,fcfs,lifo", Replicas = "none", RateScale = "NaN", Json = "x", Csv = "x" };
        Assert.False(SimulateValidation.TryParse(typed, out _, out var errors));
        Assert.Equal(5, errors.Count);
    }

    private static SimulateSettings Parse(SimulateArguments typed)
    {
        Assert.True(SimulateValidation.TryParse(typed, out var settings, out var errors), string.Join(' ', errors));
        return settings!;
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
        "--json" => typed with { Json = value },
        "--csv" => typed with { Csv = value },
        _ => throw new ArgumentOutOfRangeException(nameof(option), option, null),
    };
}
