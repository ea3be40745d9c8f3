using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Engine;
using Kantor.Engine.Backends;
using Kantor.Engine.Streams;
using Kantor.OpenAi.Errors;
using Kantor.Server.Metrics;

namespace Kantor.Server.Tests.Metrics;

public class EngineMetricsTests
{
    [Fact]
    public void The_text_is_valid_and_speaks_vLLMs_names__INV_SRV_10()
    {
        var families = ExpositionParser.Parse(new EngineMetrics().Render(new HandEngine()));
        string[] names =
        [
            "vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc", "vllm:prefix_cache_queries_total", "vllm:prefix_cache_hits_total",
            "vllm:num_preemptions_total", "vllm:prompt_tokens_total", "vllm:generation_tokens_total", "vllm:request_success_total", "vllm:time_to_first_token_seconds",
            "vllm:inter_token_latency_seconds", "vllm:e2e_request_latency_seconds", "vllm:request_queue_time_seconds", "vllm:request_prompt_tokens",
            "vllm:request_generation_tokens", "vllm:iteration_tokens_total", "vllm:cache_config_info",
        ];
        Assert.All(names, name => Assert.Contains(name, families));
        foreach (var family in families.Values)
        {
            Assert.All(family.Samples, sample => Assert.Equal(("hand/model", "0"), (sample.Labels["model_name"], sample.Labels["engine"])));
            if (family.Type == "counter") Assert.EndsWith("_total", family.Name);
            if (family.Type == "histogram") AssertHistogram(family);
        }
    }

    [Fact]
    public void What_the_engine_reports_is_what_is_shown()
    {
        var metrics = new EngineMetrics();
        metrics.StepExecuted(new StepReport(new StepLoad(100, 3, 0, 0), 2_000, 4, 5));
        metrics.FirstToken(30_000);
        metrics.NextToken(7_000);
        metrics.NextToken(1_000_000_000);
        var request = new GenerationRequest { PromptTokens = [1, 2, 3], OutputTokensMax = 5 };
        metrics.RequestEnded(request, 0, new ChoiceFinish(RequestOutcome.Stopped, 3, 0, 4, 500, 30_000, 90_000, 0));
        metrics.RequestEnded(request, 0, new ChoiceFinish(RequestOutcome.RefusedQueueFull, 3, 0, 0, null, null, 0, 0));
        metrics.RequestEnded(request, 0, new ChoiceFinish(RequestOutcome.Cancelled, 3, 0, 1, 500, null, 90_000, 0));

        var families = ExpositionParser.Parse(metrics.Render(new HandEngine()));
        Assert.Equal(103, Value(families, "vllm:iteration_tokens_total_sum"));
        Assert.Equal(1, Value(families, "vllm:time_to_first_token_seconds_bucket", ("le", "0.04")));
        Assert.Equal(0, Value(families, "vllm:time_to_first_token_seconds_bucket", ("le", "0.02")));
        Assert.Equal(1, Value(families, "vllm:inter_token_latency_seconds_bucket", ("le", "10")));
        Assert.Equal(2, Value(families, "vllm:inter_token_latency_seconds_bucket", ("le", "+Inf")));
        Assert.Equal(1, Value(families, "vllm:request_success_total", ("finished_reason", "stop")));
        Assert.Equal(1, Value(families, "vllm:request_success_total", ("finished_reason", "abort")));
        Assert.Equal(1, Value(families, "kantor_requests_ended_total", ("outcome", "refused_queue_full")));
        Assert.Equal(6, Value(families, "vllm:prompt_tokens_total"));
        Assert.Equal(2, Value(families, "vllm:request_prompt_tokens_count"));
        Assert.Equal(0.25, Value(families, "vllm:kv_cache_usage_perc"));
    }

    [Fact]
    public void Every_outcome_has_its_own_series()
    {
        var families = ExpositionParser.Parse(new EngineMetrics().Render(new HandEngine()));
        Assert.Equal(
            Enum.GetValues<RequestOutcome>().Select(outcome => OutcomeTable.Of(outcome).MetricLabel),
            families["kantor_requests_ended_total"].Samples.Select(sample => sample.Labels["outcome"]));
    }

    [Fact]
    public void A_hostile_model_name_is_escaped()
    {
        var engine = new HandEngine { Model = new BackendInfo("a\"b\\c\nd", 260, 10, 10, 1, 10, 4) };
        var families = ExpositionParser.Parse(new EngineMetrics().Render(engine));
        Assert.Equal("a\\\"b\\\\c\\nd", families["vllm:num_requests_running"].Samples[0].Labels["model_name"]);
    }

    [Fact]
    public async Task A_served_request_is_counted_once_in_every_metric()
    {
        await using var server = await TestServer.StartScriptedAsync("Hello");
        using var answer = await server.PostAsync("/v1/chat/completions", Bodies.Chat("\"temperature\":0", "scripted"));
        var usage = (await TestServer.BodyAsync(answer))["usage"]!;
        var response = await server.Http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        var families = ExpositionParser.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(1, Value(families, "vllm:request_success_total", ("finished_reason", "stop")));
        Assert.Equal(1, Value(families, "vllm:time_to_first_token_seconds_count"));
        Assert.Equal((double)usage["prompt_tokens"]!, Value(families, "vllm:prompt_tokens_total"));
        Assert.Equal((double)usage["completion_tokens"]!, Value(families, "vllm:request_generation_tokens_sum"));
    }

    private static void AssertHistogram(Family family)
    {
        var buckets = family.Samples.Where(sample => sample.Name == $"{family.Name}_bucket").ToArray();
        Assert.Equal("+Inf", buckets[^1].Labels["le"]);
        Assert.Equal(buckets.Select(bucket => bucket.Value).Order(), buckets.Select(bucket => bucket.Value));
        var bounds = buckets.SkipLast(1).Select(bucket => double.Parse(bucket.Labels["le"], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(bounds.Distinct().Order(), bounds);
        Assert.Equal(buckets[^1].Value, family.Samples.Single(sample => sample.Name == $"{family.Name}_count").Value);
        Assert.Single(family.Samples, sample => sample.Name == $"{family.Name}_sum");
    }

    private static double Value(IReadOnlyDictionary<string, Family> families, string name, params (string Label, string Value)[] labels) =>
        families.Values.SelectMany(family => family.Samples).Single(sample => sample.Name == name && labels.All(label => sample.Labels[label.Label] == label.Value)).Value;
}
