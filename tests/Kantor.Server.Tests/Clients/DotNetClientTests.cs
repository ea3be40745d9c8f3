using System.ClientModel;
using OpenAI;
using OpenAI.Chat;

namespace Kantor.Server.Tests.Clients;

/// <summary>The official .NET package against the real engine loop over a scripted model.</summary>
public class DotNetClientTests
{
    private const string Answer = "Once upon a time there was a fox 🦊.";
    private static readonly ChatMessage[] Question = [new SystemChatMessage("Be brief."), new UserChatMessage("Tell me a story.")];
    private static readonly ChatCompletionOptions Greedy = new() { Temperature = 0, MaxOutputTokenCount = 64 };

    [Fact]
    public async Task A_chat_is_answered_in_one_piece()
    {
        await using var server = await TestServer.StartScriptedAsync(Answer);
        ChatCompletion completion = await Client(server).GetChatClient("scripted").CompleteChatAsync(Question, Greedy);
        Assert.Equal((Answer, ChatFinishReason.Stop, "scripted"), (completion.Content[0].Text, completion.FinishReason, completion.Model));
        Assert.Equal(completion.Usage.TotalTokenCount, completion.Usage.InputTokenCount + completion.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task A_chat_is_streamed_with_usage_at_its_end()
    {
        await using var server = await TestServer.StartScriptedAsync(Answer);
        var (text, reasons, usages) = ("", new List<ChatFinishReason>(), new List<ChatTokenUsage>());
        await foreach (var update in Client(server).GetChatClient("scripted").CompleteChatStreamingAsync(Question, Greedy))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            if (update.FinishReason is { } reason) reasons.Add(reason);
            if (update.Usage is { } usage) usages.Add(usage);
        }

        Assert.Equal(Answer, text);
        Assert.Equal([ChatFinishReason.Stop], reasons);
        Assert.True(Assert.Single(usages).OutputTokenCount > 0);
    }

    [Fact]
    public async Task Sampling_options_and_log_probabilities_are_understood()
    {
        await using var server = await TestServer.StartScriptedAsync(Answer);
        var options = new ChatCompletionOptions
        {
            MaxOutputTokenCount = 5,
            Temperature = 0,
            TopP = 0.9f,
            Seed = 7,
            StopSequences = { "zzz" },
            IncludeLogProbabilities = true,
            TopLogProbabilityCount = 2,
            EndUserId = "u",
            FrequencyPenalty = 0.1f,
            PresencePenalty = 0.2f,
            LogitBiases = { [1] = 5 },
        };
        ChatCompletion completion = await Client(server).GetChatClient("scripted").CompleteChatAsync(Question, options);
        Assert.Equal((ChatFinishReason.Length, 5), (completion.FinishReason, completion.Usage.OutputTokenCount));
        Assert.Equal(5, completion.ContentTokenLogProbabilities.Count);
        Assert.All(completion.ContentTokenLogProbabilities, token => Assert.Equal(2, token.TopLogProbabilities.Count));
    }

    [Fact]
    public async Task The_second_turn_of_a_conversation_finds_the_first_in_the_cache()
    {
        await using var server = await TestServer.StartScriptedAsync(Answer);
        var chat = Client(server).GetChatClient("scripted");
        ChatCompletion first = await chat.CompleteChatAsync(Question, Greedy);
        ChatCompletion second = await chat.CompleteChatAsync([.. Question, new AssistantChatMessage(first), new UserChatMessage("And then?")], Greedy);
        Assert.True(second.Usage.InputTokenDetails.CachedTokenCount >= first.Usage.InputTokenCount - 1);
    }

    [Fact]
    public async Task Embeddings_and_models_are_listed()
    {
        await using var server = await TestServer.StartScriptedAsync(Answer);
        var embeddings = await Client(server).GetEmbeddingClient("scripted").GenerateEmbeddingsAsync(["a fox", "a hen"]);
        Assert.Equal(2, embeddings.Value.Count);
        Assert.InRange(embeddings.Value[0].ToFloats().Span.ToArray().Sum(x => (double)x * x), 0.999, 1.001);

        var models = Client(server).GetOpenAIModelClient();
        Assert.Equal(["scripted"], (await models.GetModelsAsync()).Value.Select(model => model.Id));
        Assert.Equal("scripted", (await models.GetModelAsync("scripted")).Value.Id);
    }

    [Fact]
    public async Task A_refusal_is_an_exception_with_status_and_message()
    {
        await using var server = await TestServer.StartScriptedAsync(Answer);
        var chat = Client(server).GetChatClient("scripted");
        var error = await Assert.ThrowsAsync<ClientResultException>(() => chat.CompleteChatAsync(Question, new ChatCompletionOptions { TopP = 0 }));
        Assert.Equal(400, error.Status);
        Assert.Contains("top_p", error.Message);
        var format = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("s", BinaryData.FromString("""{"not":{}}""")) };
        Assert.Contains("#/not", (await Assert.ThrowsAsync<ClientResultException>(() => chat.CompleteChatAsync(Question, format))).Message);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => Client(server).GetChatClient("other").CompleteChatAsync(Question))).Status);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_the_right_one_served()
    {
        await using var server = await TestServer.StartScriptedAsync(Answer, Keys.ApiOnly);
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Client(server).GetChatClient("scripted").CompleteChatAsync(Question));
        Assert.Equal(401, error.Status);
        ChatCompletion completion = await Client(server, Keys.Api).GetChatClient("scripted").CompleteChatAsync(Question, Greedy);
        Assert.Equal(Answer, completion.Content[0].Text);
    }

    [Fact]
    public async Task Sixty_four_streams_at_the_same_time_are_all_complete_and_their_usage_adds_up()
    {
        await using var server = await TestServer.StartScriptedAsync(Answer);
        var chat = Client(server).GetChatClient("scripted");
        var streams = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            var (text, tokens) = ("", 0);
            await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage($"Story number {i}")], Greedy))
            {
                text += string.Concat(update.ContentUpdate.Select(part => part.Text));
                tokens += update.Usage?.OutputTokenCount ?? 0;
            }

            return (text, tokens);
        }));
        Assert.All(streams, stream => Assert.Equal((Answer, System.Text.Encoding.UTF8.GetByteCount(Answer) + 1), stream));
    }

    private static OpenAIClient Client(TestServer server, string key = "none") =>
        new(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(server.Url, "/v1"), RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(maxRetries: 0) });
}
