using OpenAI.Chat;

namespace Kantor.Cli.Tests.EndToEnd;

/// <summary>The probe model tells grammatical stories, greedy.</summary>
public sealed class StoryTests(ProbeServer server)
{
    private static readonly StoryGrammar Grammar = StoryGrammar.Read(Path.Combine(ProbeServer.ModelsFolder, "stories.py"));

    private static readonly string[] Heroes = ["a fox", "a bear", "a wolf", "a frog", "a girl", "a boy", "Mira", "Tom", "an owl", "a cat"];

    [Fact]
    public async Task Nine_of_ten_stories_are_grammatical_from_end_to_end()
    {
        var grammatical = 0;
        foreach (var hero in Heroes)
        {
            var options = new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 300 };
            var answer = (await server.Chat.CompleteChatAsync([new UserChatMessage($"Tell me a story about {hero}.")], options, TestContext.Current.CancellationToken)).Value;
            var story = answer.Content[0].Text;
            var share = Grammar.GrammaticalShare(story);
            TestContext.Current.TestOutputHelper?.WriteLine($"{share:P0}: {story}");
            Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
            Assert.True(story.Split(". ").Length >= 5, $"This is no story: {story}");
            if (share == 1) grammatical++;
        }

        Assert.True(grammatical >= 0.9 * Heroes.Length, $"{grammatical} of {Heroes.Length} stories are grammatical; 9 of 10 are wanted.");
    }

    [Theory]
    [InlineData("Once upon a time, there was a kind fox. The fox had a friend. It was a young wolf. The end.", 1)]
    [InlineData("Once upon a time, there was. The fox had a friend.", 0)]
    [InlineData("The end. fox the had.", 0.45)]
    public void The_measure_tells_grammatical_from_ungrammatical(string text, double share)
    {
        Assert.InRange(Grammar.Count, 100, 400);
        Assert.Equal(share, Grammar.GrammaticalShare(text), tolerance: 0.03);
    }
}
