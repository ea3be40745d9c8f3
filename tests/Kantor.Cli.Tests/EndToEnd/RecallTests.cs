using System.Text.Json;
using System.Text.Json.Nodes;
using OpenAI.Chat;

namespace Kantor.Cli.Tests.EndToEnd;

/// <summary>What the probe model is for: held-out questions, greedy, through the whole product.</summary>
public sealed class RecallTests(ProbeServer server)
{
    private const int Concurrency = 32;

    [Theory]
    [InlineData("one-hop", 200, 0.90)]
    [InlineData("two-hop", 50, 0.80)]
    [InlineData("multi-document", 50, 0.85)]
    public async Task Held_out_questions_are_answered_exactly(string kind, int casesMin, double rateMin)
    {
        var cases = File.ReadLines(Path.Combine(ProbeServer.ModelsFolder, "heldout.jsonl")).Select(line => JsonNode.Parse(line)!)
            .Where(held => (string)held["kind"]! == kind).ToArray();
        Assert.True(cases.Length >= casesMin, $"{cases.Length} {kind} cases; {casesMin} are wanted.");
        if (kind == "one-hop") Assert.All(cases, held => Assert.True((int)held["facts"]! >= 8));

        var right = 0;
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, async (held, cancellation) =>
        {
            var answer = await AnswerAsync(held["messages"]!.AsArray(), cancellation);
            if (answer == (string)held["answer"]!) Interlocked.Increment(ref right);
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: {right} of {cases.Length} exactly right");
        Assert.True(right >= rateMin * cases.Length, $"{right} of {cases.Length} {kind} answers are exactly right; {rateMin:P0} are wanted.");
    }

    private async Task<string> AnswerAsync(JsonArray messages, CancellationToken cancellation)
    {
        ChatMessage[] conversation = [.. messages.Select(message => ToMessage(message!))];
        var completion = await server.Chat.CompleteChatAsync(conversation, new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 64 }, cancellation);
        return completion.Value.Content[0].Text;
    }

    private static ChatMessage ToMessage(JsonNode message) => ((string)message["role"]!, (string)message["content"]!) switch
    {
        ("system", var text) => new SystemChatMessage(text),
        ("user", var text) => new UserChatMessage(text),
        ("assistant", var text) => new AssistantChatMessage(text),
        var (role, _) => throw new JsonException($"Role {role} is not known."),
    };
}
