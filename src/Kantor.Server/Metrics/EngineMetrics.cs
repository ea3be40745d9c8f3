using System.Globalization;
using Kantor.Core.Requests;
using Kantor.Engine;
using Kantor.Engine.Streams;
using Kantor.OpenAi.Errors;

namespace Kantor.Server.Metrics;

/// <summary>
/// Counts what the engine does and renders it as Prometheus text, under vLLM's names where the meaning is the same and under <c>kantor_</c>
/// otherwise. Give it to the engine as its observer and to the endpoint that shows it. Thread-safe.
/// </summary>
public sealed class EngineMetrics : IEngineObserver
{
    private static readonly double[] SecondsToFirstToken = [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160
    ];
    private static readonly double[] SecondsBetweenTokens = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 10
    ];
    private static readonly double[] SecondsInAll = [
        0.01, 0.05, 0.1, 0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960
    ];
    private static readonly double[] TokensPerRequest = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000
    ];
    private static readonly double[] TokensPerStep = [1, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384];

    private readonly Histogram _ttftSeconds = new(SecondsToFirstToken);
    private readonly Histogram _itlSeconds = new(SecondsBetweenTokens);
    private readonly Histogram _e2eSeconds = new(SecondsInAll);
    private readonly Histogram _queueSeconds = new(SecondsInAll);
    private readonly Histogram _promptTokens = new(TokensPerRequest);
    private readonly Histogram _generationTokens = new(TokensPerRequest);
    private readonly Histogram _stepTokens = new(TokensPerStep);
    private readonly Histogram _stepSeconds = new(SecondsBetweenTokens);
    private readonly long[] _endsByOutcome = new long[Enum.GetValues<RequestOutcome>().Length];
    private long _promptTokensTotal;
    private long _plansRefused;

    /// <inheritdoc/>
    public void StepExecuted(in StepReport step)
    {
        _stepTokens.Observe(step.Load.PrefillTokens + step.Load.DecodeSequences);
        _stepSeconds.Observe(step.StepUs / 1e6);
    }

    /// <inheritdoc/>
    public void FirstToken(long ttftUs) => _ttftSeconds.Observe(ttftUs / 1e6);

    /// <inheritdoc/>
    public void NextToken(long gapUs) => _itlSeconds.Observe(gapUs / 1e6);

    /// <inheritdoc/>
    public void PlanRefused(string fault) => Interlocked.Increment(ref _plansRefused);

    /// <inheritdoc/>
    public void RequestEnded(GenerationRequest request, int choice, ChoiceFinish finish)
    {
        Interlocked.Increment(ref _endsByOutcome[(int)finish.Outcome]);
        if (finish.QueueUs is not { } queueUs) return;
        _queueSeconds.Observe(queueUs / 1e6);
        _e2eSeconds.Observe(finish.TotalUs / 1e6);
        _promptTokens.Observe(finish.PromptTokens);
        _generationTokens.Observe(finish.GeneratedTokens);
        Interlocked.Add(ref _promptTokensTotal, finish.PromptTokens);
    }

    /// <summary>All metrics of the engine.</summary>
    internal string Render(IInferenceEngine engine)
    {
        var (text, now, model) = (new PrometheusText(engine.Model.ModelName), engine.Snapshot(), engine.Model);
        WriteVllm(text, now, model.KvTokensTotal);
        WriteHistograms(text);
        WriteOwn(text, now, engine.StepModel());
        return text.ToString();
    }

    private void WriteVllm(PrometheusText text, EngineSnapshot now, int kvTokensTotal)
    {
        text.Gauge("vllm:num_requests_running", "Requests that hold KV.", now.Running);
        text.Gauge("vllm:num_requests_waiting", "Requests that wait.", now.Waiting);
        text.Gauge(
            "vllm:kv_cache_usage_perc",
            "Share of the KV pool referenced by live requests, 0 to 1.",
            (double)now.KvTokensUsed / now.KvTokensTotal);
        text.Counter("vllm:prefix_cache_queries_total", "Prompt tokens looked up in the prefix cache.", now.PrefixQueriedTokens);
        text.Counter(
            "vllm:prefix_cache_hits_total", "Prompt tokens found in the prefix cache, from others or from before.", now.PrefixHitTokens);
        text.Counter("vllm:num_preemptions_total", "Preemptions.", now.Preemptions);
        text.Counter(
            "vllm:prompt_tokens_total", "Prompt tokens of requests that ended after admission.", Volatile.Read(ref _promptTokensTotal));
        text.Counter("vllm:generation_tokens_total", "Tokens generated.", now.GeneratedTokens);
        text.Counters("vllm:request_success_total", "Admitted requests that ended, by reason.", "finished_reason", EndsByVllmReason());
        text.Info(
            "vllm:cache_config_info",
            "Shape of the KV pool.",
            [("block_size", "1"), ("num_gpu_blocks", kvTokensTotal.ToString(CultureInfo.InvariantCulture))]);
    }

    private void WriteHistograms(PrometheusText text)
    {
        text.Histogram("vllm:time_to_first_token_seconds", "Arrival to first token.", _ttftSeconds);
        text.Histogram("vllm:inter_token_latency_seconds", "Time between two tokens of a request.", _itlSeconds);
        text.Histogram("vllm:e2e_request_latency_seconds", "Arrival to end of admitted requests.", _e2eSeconds);
        text.Histogram("vllm:request_queue_time_seconds", "Arrival to first admission.", _queueSeconds);
        text.Histogram("vllm:request_prompt_tokens", "Prompt tokens per admitted request.", _promptTokens);
        text.Histogram("vllm:request_generation_tokens", "Tokens generated per admitted request.", _generationTokens);
        text.Histogram("vllm:iteration_tokens_total", "Tokens computed per step.", _stepTokens);
        text.Histogram("kantor_step_seconds", "Duration of a step.", _stepSeconds);
    }

    private void WriteOwn(PrometheusText text, EngineSnapshot now, StepModelReport step)
    {
        text.Counters("kantor_requests_ended_total", "Requests that ended, by outcome.", "outcome", EndsByOutcome());
        text.Info("kantor_policy_info", "The batch policy.", [("policy", now.Policy)]);
        text.Gauge("kantor_kv_tokens_used", "KV tokens referenced by live requests.", now.KvTokensUsed);
        text.Gauge("kantor_kv_tokens_idle", "KV tokens with cached content that no live request references.", now.KvTokensIdle);
        text.Gauge("kantor_kv_tokens_capacity", "KV tokens of the pool.", now.KvTokensTotal);
        text.Counter("kantor_steps_total", "Steps executed.", now.Steps);
        text.Counter("kantor_computed_tokens_total", "Tokens computed, recomputed ones included.", now.ComputedTokens);
        text.Counter(
            "kantor_prefix_cache_refound_total", "Cached tokens with which preempted requests came back.", now.PrefixRefoundTokens);
        text.Counter("kantor_host_cache_loaded_total", "Tokens copied back from host memory instead of computed.", now.LoadedTokens);
        text.Gauge("kantor_host_cache_bytes", "Host memory that copies of KV take.", now.HostCacheBytes);
        text.Counter("kantor_plans_refused_total", "Plans of the policy that the validator refused.", Volatile.Read(ref _plansRefused));
        text.Counter("kantor_backend_failures_total", "Steps of the back end that failed.", now.BackendFailures);
        WriteStepModel(text, step);
    }

    private static void WriteStepModel(PrometheusText text, StepModelReport step)
    {
        text.Gauge("kantor_step_model_fixed_seconds", "Fitted step time: fixed part.", step.FixedUs / 1e6);
        text.Gauge("kantor_step_model_prefill_token_seconds", "Fitted step time: per prefill token.", step.PrefillTokenUs / 1e6);
        text.Gauge("kantor_step_model_decode_sequence_seconds", "Fitted step time: per decoding sequence.", step.DecodeSequenceUs / 1e6);
        text.Gauge("kantor_step_model_resident_kv_token_seconds", "Fitted step time: per resident KV token.", step.ResidentKvTokenUs / 1e6);
        text.Gauge(
            "kantor_step_model_row_kv_token_seconds", "Fitted step time: per row and KV token of the step.", step.RowKvTokenUs / 1e6);
    }

    private IEnumerable<(string Label, long Count)> EndsByOutcome() =>
        Enum.GetValues<RequestOutcome>().Select(
            outcome => (OutcomeTable.Of(outcome).MetricLabel, Volatile.Read(ref _endsByOutcome[(int)outcome])));

    private IEnumerable<(string Label, long Count)> EndsByVllmReason() =>
        from outcome in Enum.GetValues<RequestOutcome>()
        let label = OutcomeTable.Of(outcome).VllmLabel
        where label is not null
        group Volatile.Read(ref _endsByOutcome[(int)outcome]) by label into ends
        select (ends.Key, ends.Sum());
}
