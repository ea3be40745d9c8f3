using Kantor.Core;
using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Chat;
using Kantor.Engine.Loop;
using Microsoft.Extensions.AI;

namespace Kantor.Engine.Tests.Chat;

public sealed class EngineChatClientTests : IAsyncDisposable
{
    private readonly InferenceEngine _engine;
    private readonly EngineChatClient _client;

    public EngineChatClientTests()
    {
        var backend = new ScriptedBackend(new ScriptedBackendOptions { NextToken = ScriptedLanguage.Answering("Paris is the capital. Really 😀.") });
        _engine = new InferenceEngine(backend, new EngineOptions { Planner = PolicyCatalogue.Planner("fcfs"), Time = backend.Clock });
        _client = new EngineChatClient(_engine);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _engine.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_comes_whole_with_finish_and_usage()
    {
        var response = await _client.GetResponseAsync("What is the capital of France?", new ChatOptions { Temperature = 0 }, Stop);
        Assert.Equal("Paris is the capital. Really 😀.", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal("scripted", response.ModelId);
        Assert.Equal(35, response.Usage!.OutputTokenCount);
        Assert.Equal(response.Usage.InputTokenCount + 35, response.Usage.TotalTokenCount);
        var again = await _client.GetResponseAsync("What is the capital of France?", new ChatOptions { Temperature = 0 }, Stop);
        Assert.Equal(response.Usage.InputTokenCount - 1, again.Usage!.CachedInputTokenCount);
    }

    [Fact]
    public async Task A_stream_is_the_answer_in_pieces()
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in _client.GetStreamingResponseAsync("Again, please", new ChatOptions { Temperature = 0 }, Stop)) updates.Add(update);
        Assert.Equal("Paris is the capital. Really 😀.", string.Concat(updates.Select(update => update.Text)));
        Assert.Single(updates, update => update.FinishReason is not null);
        Assert.NotNull(updates[^1].FinishReason);
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
    }

    [Fact]
    public async Task Limits_stop_texts_and_instructions_reach_the_engine()
    {
        var brief = await _client.GetResponseAsync("Short", new ChatOptions { Temperature = 0, MaxOutputTokens = 5 }, Stop);
        Assert.Equal(("Paris", ChatFinishReason.Length), (brief.Text, brief.FinishReason));
        var stopped = await _client.GetResponseAsync("Short", new ChatOptions { Temperature = 0, StopSequences = [" capital"] }, Stop);
        Assert.Equal(("Paris is the", ChatFinishReason.Stop), (stopped.Text, stopped.FinishReason));
        var instructed = await _client.GetResponseAsync("Short", new ChatOptions { Temperature = 0, Instructions = "Be kind" }, Stop);
        Assert.True(instructed.Usage!.InputTokenCount > brief.Usage!.InputTokenCount);
    }

    [Fact]
    public async Task What_the_engine_does_not_have_is_refused_by_name()
    {
        await Refused(new ChatOptions { Tools = [new HostedWebSearchTool()] }, "Tools");
        await Refused(new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, "ResponseFormat");
        await Refused(new ChatOptions { ConversationId = "7" }, "ConversationId");
        await Refused(new ChatOptions { ModelId = "another" }, "another");
        await Refused(new ChatOptions { AdditionalProperties = new AdditionalPropertiesDictionary { ["logits"] = 1 } }, "AdditionalProperties");
        await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync(new ChatMessage(ChatRole.User, [new UriContent("http://a/b.png", "image/png")]), null, Stop));
        await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync(new ChatMessage(ChatRole.Tool, "result"), null, Stop));
        var wrong = await Assert.ThrowsAsync<ArgumentException>(() => _client.GetResponseAsync("Hot", new ChatOptions { Temperature = 3 }, Stop));
        Assert.Contains("Temperature", wrong.Message);

        async Task Refused(ChatOptions options, string name) =>
            Assert.Contains(name, (await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync("Hello", options, Stop))).Message);
    }

    [Fact]
    public async Task A_prompt_that_never_fits_fails_with_its_outcome()
    {
        var failure = await Assert.ThrowsAsync<GenerationFailedException>(() => _client.GetResponseAsync(new string('x', 5_000), null, Stop));
        Assert.Equal(RequestOutcome.RefusedNeverFits, failure.Outcome);
    }

    [Fact]
    public void The_engine_and_its_description_can_be_asked_for()
    {
        Assert.Same(_engine, _client.GetService(typeof(IInferenceEngine)));
        Assert.Same(_client, _client.GetService(typeof(IChatClient)));
        Assert.Equal("scripted", ((ChatClientMetadata)_client.GetService(typeof(ChatClientMetadata))!).DefaultModelId);
        Assert.Null(_client.GetService(typeof(IChatClient), "key"));
    }

    [Fact]
    public async Task Embeddings_come_one_per_text_in_order()
    {
        using var generator = new EngineEmbeddingGenerator(_engine);
        var embeddings = await generator.GenerateAsync(["one", "two", "one"], null, Stop);
        Assert.Equal(3, embeddings.Count);
        Assert.Equal(embeddings[0].Vector.ToArray(), embeddings[2].Vector.ToArray());
        Assert.NotEqual(embeddings[0].Vector.ToArray(), embeddings[1].Vector.ToArray());
        Assert.Equal(12, embeddings.Usage!.InputTokenCount);
        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(["one"], new EmbeddingGenerationOptions { Dimensions = 3 }, Stop));
    }
}
