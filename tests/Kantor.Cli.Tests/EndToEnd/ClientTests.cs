using System.ClientModel;
using System.Text;
using OpenAI.Chat;

namespace Kantor.Cli.Tests.EndToEnd;

/// <summary>The official .NET client against the served probe model.</summary>
public sealed class ClientTests(ProbeServer server)
{
    private static readonly ChatCompletionOptions Greedy = new() { Temperature = 0, MaxOutputTokenCount = 256 };

    [Fact]
    public async Task A_story_streams_piece_by_piece_and_equals_the_answer_in_one_piece()
    {
        ChatMessage[] question = [new UserChatMessage("Tell me a story about a fox.")];
        var whole = (await server.Chat.CompleteChatAsync(question, Greedy, TestContext.Current.CancellationToken)).Value;
        var streamed = new StringBuilder();
        var pieces = 0;
        ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;
        await foreach (var update in server.Chat.CompleteChatStreamingAsync(question, Greedy, TestContext.Current.CancellationToken))
        {
            foreach (var part in update.ContentUpdate)
            {
                streamed.Append(part.Text);
                pieces++;
            }

            finish ??= update.FinishReason;
            usage ??= update.Usage;
        }

        Assert.Equal(whole.Content[0].Text, streamed.ToString());
        Assert.True(pieces > 20, $"{pieces} pieces are not a stream.");
        Assert.Equal(ChatFinishReason.Stop, finish);
        Assert.Equal(whole.Usage.OutputTokenCount, usage!.OutputTokenCount);
        // The second time, all of the prompt but its last token is in the cache.
        Assert.Equal(usage.InputTokenCount - 1, usage.InputTokenDetails.CachedTokenCount);
    }

    [Fact]
    public async Task Sixty_four_streams_at_once_finish_with_correct_usage()
    {
        var lines = Enumerable.Range(0, 64).Select(index => StreamAsync($"Mira has the key. Tom has lamp number {index}. Who has the key?"));
        var streams = await Task.WhenAll(lines);
        Assert.All(streams, stream =>
        {
            Assert.NotNull(stream.Finish);
            Assert.Equal(stream.Usage!.TotalTokenCount, stream.Usage.InputTokenCount + stream.Usage.OutputTokenCount);
            Assert.InRange(stream.Usage.OutputTokenCount, 1, 24);
            Assert.Equal(server.Engine.Tokenizer.EncodeChat([new("user", stream.Question)]).Length, stream.Usage.InputTokenCount);
        });
        var after = server.Engine.Snapshot();
        Assert.Equal(0, after.PlansRefused);
        Assert.Equal(0, after.BackendFailures);
    }

    [Fact]
    public async Task Equal_seeds_give_equal_texts_and_other_seeds_other_ones()
    {
        var texts = new List<string>();
        foreach (var seed in (long[])[7, 7, 8])
        {
#pragma warning disable OPENAI001 // The seed is marked experimental by the client.
            var options = new ChatCompletionOptions { Temperature = 1, MaxOutputTokenCount = 64, Seed = seed };
#pragma warning restore OPENAI001
            texts.Add((await server.Chat.CompleteChatAsync([new UserChatMessage("Tell me a story.")], options, TestContext.Current.CancellationToken)).Value.Content[0].Text);
        }

        Assert.Equal(texts[0], texts[1]);
        Assert.NotEqual(texts[0], texts[2]);
    }

    [Fact]
    public async Task An_answer_ends_at_the_limit_and_says_so()
    {
        var options = new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 5 };
        var completion = (await server.Chat.CompleteChatAsync([new UserChatMessage("Tell me a story.")], options, TestContext.Current.CancellationToken)).Value;
        Assert.Equal(ChatFinishReason.Length, completion.FinishReason);
        Assert.Equal(5, completion.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task An_unknown_model_is_a_404_of_the_client()
    {
        var client = new ChatClient("gpt-9", new ApiKeyCredential("none"), new OpenAI.OpenAIClientOptions { Endpoint = new Uri(server.Url, "v1") });
        var error = await Assert.ThrowsAsync<ClientResultException>(() => client.CompleteChatAsync([new UserChatMessage("Hi")], cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(404, error.Status);
        Assert.Contains("gpt-9", error.Message);
    }

    private async Task<Streamed> StreamAsync(string question)
    {
        ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;
        var options = new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 24 };
        await foreach (var update in server.Chat.CompleteChatStreamingAsync([new UserChatMessage(question)], options, TestContext.Current.CancellationToken))
        {
            finish ??= update.FinishReason;
            usage ??= update.Usage;
        }

        return new Streamed(question, finish, usage);
    }

    private sealed record Streamed(string Question, ChatFinishReason? Finish, ChatTokenUsage? Usage);
}
