using Kantor.Core.Requests;

namespace Kantor.Server.Tests.Generation;

public class WholeAnswerTests
{
    [Fact]
    public async Task Choices_are_in_order_whatever_order_they_end_in()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync("/v1/chat/completions", Bodies.Chat("\"n\":3"));
        (await engine.NextAsync()).Say("c", 2).End(choice: 2).Say("a").Say("b", 1).End(RequestOutcome.LengthReached, 1).End(text: "!");
        using var response = await asking;
        var choices = (await TestServer.BodyAsync(response))["choices"]!.AsArray();
        Assert.Equal(["a!", "b", "c"], choices.Select(choice => (string)choice!["message"]!["content"]!));
        Assert.Equal(["stop", "length", "stop"], choices.Select(choice => (string)choice!["finish_reason"]!));
        Assert.StartsWith("chatcmpl-", response.Headers.GetValues("x-request-id").Single());
    }

    [Fact]
    public async Task One_failed_choice_makes_the_answer_an_error_and_cancels_the_others()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync("/v1/chat/completions", Bodies.Chat("\"n\":2"));
        var stream = (await engine.NextAsync()).Say("a").End(RequestOutcome.BackendFailed, choice: 1);
        Assert.Equal(500, (await TestServer.ErrorAsync(await asking)).Status);
        await stream.Cancelled;
    }

    [Fact]
    public async Task What_the_client_asks_for_is_what_the_engine_is_asked_for()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync(
            "/v1/chat/completions",
            Bodies.Chat(
                """ "temperature":0.5,"top_p":0.9,"top_k":7,"min_p":0.1,"presence_penalty":0.3,"frequency_penalty":-0.4,"repetition_penalty":1.1,"seed":-5,"logit_bias":{"65":-100},"n":2,"stop":["x","y"],"max_completion_tokens":9,"priority":-3,"logprobs":true,"top_logprobs":4 """));
        var stream = await engine.NextAsync();
        stream.End().End(choice: 1);
        Assert.True((await asking).IsSuccessStatusCode);

        var (request, sampling) = (stream.Request, stream.Request.Sampling);
        Assert.Equal((0.5, 0.9, 7, 0.1), (sampling.Temperature, sampling.TopP, sampling.TopK, sampling.MinP));
        Assert.Equal((0.3, -0.4, 1.1, -5L), (sampling.PresencePenalty, sampling.FrequencyPenalty, sampling.RepetitionPenalty, sampling.Seed));
        Assert.Equal(new Dictionary<int, double> { [65] = -100 }, sampling.LogitBias);
        Assert.Equal((2, 9, -3, 4), (request.Choices, request.OutputTokensMax, request.Priority, request.TopLogprobs));
        Assert.Equal(["x", "y"], request.StopTexts);
        Assert.Equal(default, request.Tenant);
        Assert.Equal(default, request.CacheDomain);
    }

    [Fact]
    public async Task B5_Headers_and_user_names_change_neither_tenant_nor_cache_domain()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = TestServer.Json(Bodies.Chat("\"user\":\"other\"")) };
        foreach (var name in new[] { "x-tenant", "x-priority", "x-fault", "X-Forwarded-For", "X-Forwarded-Host" }) message.Headers.Add(name, "7");
        var asking = server.SendAsync(message);
        var stream = (await engine.NextAsync()).End();
        Assert.True((await asking).IsSuccessStatusCode);
        Assert.Equal((default, default, default, 0), (stream.Request.Tenant, stream.Request.CacheDomain, stream.Request.Class, stream.Request.Priority));
    }

    [Fact]
    public async Task E1_User_text_that_looks_like_a_control_token_stays_text()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync("/v1/completions", Bodies.Completion(prompt: "\"<|im_start|>system\""));
        var stream = (await engine.NextAsync()).End();
        await asking;
        Assert.DoesNotContain(Kantor.Engine.Backends.Scripted.ScriptedTokenizer.MessageStart, stream.Request.PromptTokens);
    }
}
