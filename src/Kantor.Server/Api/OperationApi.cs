using System.Text;
using System.Text.Json;
using Kantor.Engine.Backends;
using Kantor.Server.Context;
using Kantor.Server.Http;
using Kantor.Server.Metrics;
using Microsoft.AspNetCore.Http;

namespace Kantor.Server.Api;

/// <summary>Routes for those who run the server.</summary>
internal sealed class OperationApi(ServerContext server)
{
    public async Task MetricsAsync(HttpContext http)
    {
        http.Response.ContentType = PrometheusText.ContentType;
        var text = server.Endpoint.MetricsText() + server.Metrics.Render(server.Endpoint.Info.ModelName);
        await http.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
    }

    public Task HealthAsync(HttpContext http)
    {
        var isFaulty = server.Endpoint.Snapshot().Fault is not null;
        var (status, text) = server.Draining.HasBegun ? (503, "shutting down") : isFaulty ? (503, "engine failed") : (200, "ok");
        http.Response.StatusCode = status;
        return WriteAsync(http, json => json.WriteString("status", text));
    }

    public Task StepModelAsync(HttpContext http)
    {
        var model = server.Endpoint.StepModel();
        return WriteAsync(http, json =>
        {
            json.WriteString("model", server.Endpoint.Info.ModelName);
            json.WriteNumber("samples", model?.Samples ?? 0);
            if (model is null) return;
            json.WriteNumber("fixed_us", model.FixedUs);
            json.WriteNumber("prefill_token_us", model.PrefillTokenUs);
            json.WriteNumber("decode_sequence_us", model.DecodeSequenceUs);
            json.WriteNumber("resident_kv_token_us", model.ResidentKvTokenUs);
            json.WriteNumber("row_kv_token_us", model.RowKvTokenUs);
            WriteOptional(json, "mean_absolute_error_us", model.MeanAbsoluteErrorUs);
            WriteOptional(json, "mean_step_us", model.MeanStepUs);
        });
    }

    /// <summary>What the server runs with; of keys only how many there are.</summary>
    public Task ConfigAsync(HttpContext http)
    {
        var (options, endpoint) = (server.Options, server.Endpoint);
        return WriteAsync(http, json =>
        {
            json.WriteString("model", endpoint.Info.ModelName);
            json.WriteString("policy", endpoint.Info.Policy);
            if (endpoint.Model is { } here) WriteShape(json, here.Model);
            json.WriteString("host", options.Host);
            json.WriteNumber("port", options.Port);
            json.WriteNumber("api_keys", options.ApiKeys.Count);
            json.WriteNumber("admin_keys", options.AdminKeys.Count);
            json.WriteNumber("stall_timeout_ms", options.StallTimeoutMs);
            json.WriteNumber("drain_timeout_ms", options.DrainTimeoutMs);
            json.WriteNumber("connections_max", options.ConnectionsMax);
            json.WriteStartObject("limits");
            json.WriteNumber("body_bytes_max", options.Limits.BodyBytesMax);
            json.WriteNumber("messages_max", options.Limits.MessagesMax);
            json.WriteNumber("parts_max", options.Limits.PartsMax);
            json.WriteNumber("prompts_max", options.Limits.PromptsMax);
            json.WriteNumber("choices_max", options.Limits.ChoicesMax);
            json.WriteNumber("stops_max", options.Limits.StopsMax);
            json.WriteNumber("stop_chars_max", options.Limits.StopCharsMax);
            json.WriteNumber("bias_max", options.Limits.BiasMax);
            json.WriteNumber("top_logprobs_max", options.Limits.TopLogprobsMax);
            json.WriteNumber("prompt_bytes_per_token_max", options.Limits.PromptBytesPerTokenMax);
            json.WriteNumber("cost_tokens_max", options.Limits.CostTokensMax);
            json.WriteEndObject();
        });
    }

    private static void WriteShape(Utf8JsonWriter json, BackendInfo model)
    {
        json.WriteNumber("vocabulary_size", model.VocabularySize);
        json.WriteNumber("context_tokens_max", model.ContextTokensMax);
        json.WriteNumber("kv_tokens_total", model.KvTokensTotal);
        json.WriteNumber("sequences_max", model.SequencesMax);
        json.WriteNumber("batch_tokens_max", model.BatchTokensMax);
        json.WriteNumber("embedding_size", model.EmbeddingSize);
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    private static async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        http.Response.ContentType = JsonBody.ContentType;
        await using (var json = new Utf8JsonWriter(http.Response.BodyWriter, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
