using Kantor.Core.Requests;
using Microsoft.Playwright;

namespace Kantor.Server.Tests.Page;

/// <summary>The chat page in a real browser, at the width of a phone and of a desk.</summary>
public class ChatPageTests
{
    [Theory]
    [InlineData(375, 667, false)]
    [InlineData(1280, 800, false)]
    [InlineData(375, 667, true)]
    public async Task A_question_is_typed_and_its_answer_is_seen_growing_with_its_figures(int width, int height, bool isDark)
    {
        await using var browser = await Browser.StartAsync();
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var page = await browser.OpenAsync(server.Url, width, height, isDark);
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") complaints.Add(message.Text);
        };
        await Assertions.Expect(page.Locator("#model")).ToHaveTextAsync("hand/model");
        await ShootAsync(page, $"welcome-{width}-{(isDark ? "dark" : "light")}");
        await AssertFitsAsync(page);

        await page.FillAsync("#prompt", "Tell me a story.");
        await page.PressAsync("#prompt", "Enter");
        var stream = await engine.NextAsync();
        stream.Say("Once upon a time");
        var answer = page.Locator("#log li.assistant");
        await Assertions.Expect(answer).ToHaveTextAsync("Once upon a time");
        await Assertions.Expect(page.Locator("#stop")).ToBeVisibleAsync();
        stream.Say(" there was a <b>fox</b> & a hen 🦊.\nThe end.").End();
        await Assertions.Expect(page.Locator("#send")).ToBeVisibleAsync();
        await Assertions.Expect(answer).ToContainTextAsync("a <b>fox</b> & a hen 🦊.");
        await Assertions.Expect(page.Locator("#stats")).ToContainTextAsync("tokens/s");
        await Assertions.Expect(page.Locator("#stats")).ToContainTextAsync("first token");
        await Assertions.Expect(page.Locator("#stats")).ToContainTextAsync("3 cached");
        Assert.Equal(0, await answer.Locator("b").CountAsync());
        await AssertFitsAsync(page);
        await ShootAsync(page, $"answer-{width}-{(isDark ? "dark" : "light")}");
        await page.ClickAsync("summary");
        await ShootAsync(page, $"settings-{width}-{(isDark ? "dark" : "light")}");
        await AssertFitsAsync(page);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_conversation_the_system_prompt_and_the_settings_are_sent()
    {
        await using var browser = await Browser.StartAsync();
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var page = await browser.OpenAsync(server.Url, 1280, 800);
        await page.ClickAsync("#examples li:first-child button");
        var first = (await engine.NextAsync()).Say("One.").End();
        await Assertions.Expect(page.Locator("#send")).ToBeVisibleAsync();

        await page.ClickAsync("summary");
        await page.FillAsync("#system", "Be brief.");
        await page.FillAsync("#temperature", "0.3");
        await page.FillAsync("#max-tokens", "7");
        await page.FillAsync("#seed", "5");
        await page.FillAsync("#prompt", "And then?");
        await page.ClickAsync("#send");
        var second = (await engine.NextAsync()).Say("Two").End(RequestOutcome.LengthReached);
        await Assertions.Expect(page.Locator("#log li.assistant").Last).ToContainTextAsync("Cut at the token limit.");

        var tokenizer = engine.Tokenizer;
        Assert.Equal(tokenizer.EncodeChat([new("user", "Tell me a story about a fox.")]), first.Request.PromptTokens);
        Assert.Equal(
            tokenizer.EncodeChat([new("system", "Be brief."), new("user", "Tell me a story about a fox."), new("assistant", "One."), new("user", "And then?")]),
            second.Request.PromptTokens);
        Assert.Equal((0.3, 7, 5L), (second.Request.Sampling.Temperature, second.Request.OutputTokensMax, second.Request.Sampling.Seed));
    }

    [Fact]
    public async Task Stop_cancels_the_request_and_a_new_chat_forgets_the_old_one()
    {
        await using var browser = await Browser.StartAsync();
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var page = await browser.OpenAsync(server.Url, 375, 667);
        await page.FillAsync("#prompt", "Never end.");
        await page.ClickAsync("#send");
        var stream = (await engine.NextAsync()).Say("and on");
        await Assertions.Expect(page.Locator("#log li.assistant")).ToHaveTextAsync("and on");
        await page.ClickAsync("#stop");
        await stream.Cancelled;
        await Assertions.Expect(page.Locator("#log li.assistant")).ToContainTextAsync("Stopped.");

        await page.ClickAsync("#new");
        await Assertions.Expect(page.Locator("#log li")).ToHaveCountAsync(0);
        await page.FillAsync("#prompt", "Hello.");
        await page.ClickAsync("#send");
        var second = (await engine.NextAsync()).Say("Hi.").End();
        Assert.Equal(engine.Tokenizer.EncodeChat([new("user", "Hello.")]), second.Request.PromptTokens);
    }

    [Fact]
    public async Task A_refusal_and_a_failure_in_mid_stream_are_told_to_the_reader()
    {
        await using var browser = await Browser.StartAsync();
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var page = await browser.OpenAsync(server.Url, 375, 667);
        await page.FillAsync("#prompt", "First.");
        await page.ClickAsync("#send");
        (await engine.NextAsync()).End(RequestOutcome.RefusedQueueFull);
        await Assertions.Expect(page.Locator("#notice")).ToContainTextAsync("queue is full");
        await Assertions.Expect(page.Locator("#prompt")).ToHaveValueAsync("First.");

        await page.ClickAsync("#send");
        var stream = (await engine.NextAsync()).Say("half");
        await Assertions.Expect(page.Locator("#log li.assistant")).ToHaveTextAsync("half");
        stream.End(RequestOutcome.BackendFailed);
        await Assertions.Expect(page.Locator("#notice")).ToContainTextAsync("back end failed");
    }

    /// <summary>Nothing reaches over the right edge of the window or of the conversation.</summary>
    private static async Task AssertFitsAsync(IPage page)
    {
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than its window.");
        Assert.True(await page.EvaluateAsync<bool>("document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth"), "The conversation is wider than its window.");
        Assert.True(await page.EvaluateAsync<bool>("document.querySelector('footer').getBoundingClientRect().bottom <= window.innerHeight"), "The form is below the window.");
    }

    /// <summary>Pictures for the eye, where a folder is named for them.</summary>
    private static async Task ShootAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("KANTOR_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png") });
    }
}
