using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
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

    /// <summary>The API that it speaks.</summary>
    public BenchApi Api { get; init; } = BenchApi.Completions;

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
    public async Task SendAsync(BenchCall call, BenchRecord record, Func<long> nowUs, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Timeout, Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, Api.Path) { Content = Api.BodyOf(call) };
            using var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!answer.IsSuccessStatusCode) record.Fault = $"HTTP {(int)answer.StatusCode}";
            else record.Fault = await FollowAsync(answer, call, record, nowUs, either.Token);
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

    /// <summary>Takes down what comes; returns what was wrong with it, or null.</summary>
    private async Task<string?> FollowAsync(
        HttpResponseMessage answer, BenchCall call, BenchRecord record, Func<long> nowUs, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellation))
        {
            var atUs = nowUs();
            if (item.Data == "[DONE]")
            {
                Api.NoteAnswer(call, text.ToString());
                return null;
            }

            using var json = JsonDocument.Parse(item.Data);
            var hasError = json.RootElement.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null;
            if (hasError) return "error in the stream";
            NoteUsage(json.RootElement, record);
            if (Api.TextOf(json.RootElement) is not { Length: > 0 } more) continue;
            record.TokensUs.Add(atUs);
            text.Append(more);
        }

        return "cut short";
    }

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
