using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Kantor.Cli.Shell;

namespace Kantor.Cli.Bench;

/// <summary>Sends completions to an OpenAI endpoint and takes down when each piece of an answer comes.</summary>
internal sealed class CompletionClient : IDisposable
{
    private readonly HttpClient _http;

    /// <summary>A client of an endpoint; some close a connection after an answer without saying so, and need new ones.</summary>
    public CompletionClient(Uri url, string? key, bool isNewEachTime = false)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri(url.ToString().TrimEnd('/') + "/"),
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        if (isNewEachTime) _http.DefaultRequestHeaders.ConnectionClose = true;
        if (key is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>After so long a request is given up; endless by default.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>What counts the timeout.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The first model that the endpoint lists.</summary>
    /// <exception cref="FailureException">It cannot be asked, or lists none.</exception>
    public async Task<string> FirstModelAsync(CancellationToken cancellation)
    {
        try
        {
            using var models = await _http.GetFromJsonAsync<JsonDocument>("v1/models", cancellation);
            return models!.RootElement.GetProperty("data")[0].GetProperty("id").GetString()!;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or KeyNotFoundException
            or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new FailureException($"{_http.BaseAddress}v1/models does not name a model: {exception.Message}");
        }
    }

    /// <summary>The model to ask for, by name or the first; somebody is there when it is returned.</summary>
    /// <exception cref="FailureException">Nobody is, or no name is given and the endpoint lists none.</exception>
    public async Task<string> ModelAsync(string? name, CancellationToken cancellation)
    {
        if (name is null) return await FirstModelAsync(cancellation);
        await RequireReachableAsync(cancellation);
        return name;
    }

    private async Task RequireReachableAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync("v1/models", cancellation);
        }
        catch (HttpRequestException exception)
        {
            throw new FailureException($"{_http.BaseAddress} cannot be reached: {exception.Message}");
        }
    }

    /// <summary>Sends a request and follows its answer to the end; whatever goes wrong is the record's fault.</summary>
    public async Task SendAsync(
        PlannedRequest planned, string model, BenchLoad load, BenchRecord record, Func<long> nowUs, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Timeout, Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            using var body = BodyOf(planned, model, load.IgnoresEos);
            using var message = new HttpRequestMessage(HttpMethod.Post, "v1/completions") { Content = body };
            using var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!answer.IsSuccessStatusCode) record.Fault = $"HTTP {(int)answer.StatusCode}";
            else record.Fault = await FollowAsync(answer, record, nowUs, either.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException)
        {
            record.Fault = exception is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } known
                ? known.HttpRequestError.ToString()
                : exception.GetType().Name;
        }
        catch (OperationCanceledException)
        {
            record.Fault = cancellation.IsCancellationRequested ? "interrupted" : "timeout";
        }

        record.EndUs = nowUs();
    }

    /// <summary>Frees the connections.</summary>
    public void Dispose() => _http.Dispose();

    private static ByteArrayContent BodyOf(PlannedRequest planned, string model, bool ignoresEos)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            json.WriteStartArray("prompt");
            foreach (var token in planned.Prompt) json.WriteNumberValue(token);
            json.WriteEndArray();
            json.WriteNumber("max_tokens", planned.OutputTokensMax);
            json.WriteNumber("temperature", 0);
            if (ignoresEos) json.WriteBoolean("ignore_eos", true);
            json.WriteBoolean("stream", true);
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new ByteArrayContent(buffer.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

    /// <summary>Takes down what comes; returns what was wrong with it, or null.</summary>
    private static async Task<string?> FollowAsync(
        HttpResponseMessage answer, BenchRecord record, Func<long> nowUs, CancellationToken cancellation)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellation))
        {
            if (item.Data == "[DONE]") return null;
            using var json = JsonDocument.Parse(item.Data);
            var hasError = json.RootElement.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null;
            if (hasError) return "error in the stream";
            if (HasText(json.RootElement)) record.TokensUs.Add(nowUs());
            NoteUsage(json.RootElement, record);
        }

        return "cut short";
    }

    private static bool HasText(JsonElement root) =>
        root.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
        && choices[0].TryGetProperty("text", out var text) && text.GetString() is { Length: > 0 };

    private static void NoteUsage(JsonElement root, BenchRecord record)
    {
        if (!root.TryGetProperty("usage", out var usage) || usage.ValueKind != JsonValueKind.Object) return;
        record.PromptTokens = Number(usage, "prompt_tokens");
        record.OutputTokens = Number(usage, "completion_tokens");
        if (usage.TryGetProperty("prompt_tokens_details", out var details) && details.ValueKind == JsonValueKind.Object)
        {
            record.CachedTokens = Number(details, "cached_tokens");
        }
    }

    private static int? Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number ? number.GetInt32() : null;
}
