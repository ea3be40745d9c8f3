using Kantor.Engine.Backends;
using Kantor.OpenAi.Errors;

namespace Kantor.Server.Tests.Generation;

/// <summary>The hand engine has a context of 1,000 tokens, a KV pool of 800 and 260 token ids.</summary>
public class LimitTests
{
    [Theory]
    [InlineData(998, 2, 200)]
    [InlineData(998, 3, 400)]
    [InlineData(999, 1, 200)]
    [InlineData(1_000, 1, 400)]
    [InlineData(1, 999, 200)]
    [InlineData(1, 1_000, 400)]
    public async Task D4_E6_Prompt_and_output_beyond_the_context_are_refused_with_both_numbers_and_never_cut(int promptTokens, int maxTokens, int status)
    {
        var engine = new HandEngine { Model = new("hand/model", 260, 1_000, 2_000, 16, 128, 4) };
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync("/v1/completions", Bodies.Completion($"\"max_tokens\":{maxTokens}", prompt: Tokens(promptTokens)));
        if (status == 200)
        {
            var stream = (await engine.NextAsync()).End();
            Assert.Equal((promptTokens, maxTokens), (stream.Request.PromptTokens.Length, stream.Request.OutputTokensMax));
            Assert.Equal(200, (int)(await asking).StatusCode);
            return;
        }

        var error = await TestServer.ErrorAsync(await asking);
        Assert.Equal((400, ErrorCodes.ContextLengthExceeded), (error.Status, error.Code));
        Assert.Contains($"{promptTokens} tokens", error.Message);
        Assert.Contains("1000", error.Message);
        Assert.Equal(0, engine.Submissions);
    }

    [Fact]
    public async Task A_chat_without_a_limit_may_fill_what_the_prompt_leaves_of_context_and_pool()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync("/v1/chat/completions", Bodies.Chat());
        var stream = (await engine.NextAsync()).End();
        await asking;
        Assert.Equal(801 - stream.Request.PromptTokens.Length, stream.Request.OutputTokensMax);
    }

    [Fact]
    public async Task E7_A_chat_whose_prompt_leaves_no_room_in_the_pool_is_refused_at_once()
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        var body = $$"""{"model":"hand/model","messages":[{"role":"user","content":"{{new string('a', 801)}}"}]}""";
        Assert.Equal(ErrorCodes.ContextLengthExceeded, (await TestServer.ErrorAsync(await server.PostAsync("/v1/chat/completions", body))).Code);
    }

    [Fact]
    public async Task E7_A_request_that_fits_the_context_and_never_the_pool_is_refused_with_what_fits_and_the_next_one_is_served()
    {
        await using var server = await TestServer.StartScriptedAsync(
            "ok", backend: new() { KvTokensTotal = 128, ContextTokensMax = 4_096, ModelName = "scripted" });
        var refused = await TestServer.ErrorAsync(await server.PostAsync("/v1/completions", Bodies.Completion("\"max_tokens\":5", "scripted", Tokens(200))));
        Assert.Equal((400, ErrorCodes.ContextLengthExceeded), (refused.Status, refused.Code));
        Assert.Contains("at most 129 are served", refused.Message);
        using var served = await server.PostAsync("/v1/chat/completions", Bodies.Chat("\"temperature\":0", "scripted"));
        Assert.Equal("ok", (string?)(await TestServer.BodyAsync(served))["choices"]![0]!["message"]!["content"]);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "messages")]
    [InlineData("/v1/completions", "prompt")]
    [InlineData("/v1/embeddings", "input")]
    [InlineData("/tokenize", "prompt")]
    public async Task E5_A_text_that_no_context_can_hold_is_refused_before_it_is_tokenised(string path, string param)
    {
        var engine = new HandEngine { Tokenizer = new UntouchableTokenizer() };
        await using var server = await TestServer.StartAsync(engine);
        var text = new string('é', (16_000 / 2) + 1);
        var body = path switch
        {
            "/v1/chat/completions" => $$"""{"model":"hand/model","messages":[{"role":"user","content":"x"},{"role":"user","content":"{{text}}"}]}""",
            "/v1/completions" => Bodies.Completion(prompt: $"\"{text}\""),
            "/v1/embeddings" => $$"""{"model":"hand/model","input":["{{text}}"]}""",
            _ => $$"""{"prompt":"{{text}}"}""",
        };
        Assert.Equal((400, ErrorCodes.ContextLengthExceeded, param), Three(await TestServer.ErrorAsync(await server.PostAsync(path, body))));
    }

    [Fact]
    public async Task E5_A_longer_text_is_tokenised_when_the_operator_says_so()
    {
        await using var server = await TestServer.StartAsync(new HandEngine(), new() { Limits = new() { PromptBytesPerTokenMax = 1_024 } });
        using var response = await server.PostAsync("/tokenize", $$"""{"prompt":"{{new string('a', 100_000)}}"}""");
        Assert.Equal(100_001, (int)(await TestServer.BodyAsync(response))["count"]!);
    }

    [Theory]
    [InlineData("\"logit_bias\":{\"260\":1}", "logit_bias")]
    [InlineData("\"logit_bias\":{\"2147483647\":1}", "logit_bias")]
    public async Task D8_A_bias_for_a_token_outside_the_vocabulary_is_refused(string member, string param)
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        Assert.Equal((400, ErrorCodes.InvalidValue, param), Three(await TestServer.ErrorAsync(await server.PostAsync("/v1/chat/completions", Bodies.Chat(member)))));
        Assert.Equal(0, engine.Submissions);
    }

    [Theory]
    [InlineData("[260]")]
    [InlineData("[[1],[1,2147483647]]")]
    public async Task D8_Token_ids_outside_the_vocabulary_are_refused(string prompt)
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        Assert.Equal((400, ErrorCodes.InvalidValue, "prompt"), Three(await TestServer.ErrorAsync(await server.PostAsync("/v1/completions", Bodies.Completion(prompt: prompt)))));
        Assert.Equal(0, engine.Submissions);
    }

    [Fact]
    public async Task D5_A_chat_without_a_limit_counts_the_room_that_it_may_fill()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine, new() { Limits = new() { CostTokensMax = 1_000 } });
        Assert.Equal(ErrorCodes.CostLimitExceeded, (await TestServer.ErrorAsync(await server.PostAsync("/v1/chat/completions", Bodies.Chat("\"n\":2")))).Code);
        Assert.Equal(0, engine.Submissions);
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/completions")]
    [InlineData("/v1/embeddings")]
    public async Task Another_model_is_not_found(string path)
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        var body = path switch
        {
            "/v1/chat/completions" => Bodies.Chat(model: "gpt-4o"),
            "/v1/completions" => Bodies.Completion(model: "gpt-4o"),
            _ => """{"model":"gpt-4o","input":"x"}""",
        };
        Assert.Equal((404, ErrorCodes.ModelNotFound, "model"), Three(await TestServer.ErrorAsync(await server.PostAsync(path, body))));
    }

    private sealed class UntouchableTokenizer : ITokenizer
    {
        public int VocabularySize => 260;

        public int[] Encode(string text, bool addBos, bool parseSpecial) => throw new Xunit.Sdk.XunitException("Tokenised.");

        public void Decode(int token, System.Buffers.IBufferWriter<byte> utf8) => throw new Xunit.Sdk.XunitException("Detokenised.");

        public bool IsEndOfGeneration(int token) => false;

        public int[] EncodeChat(IReadOnlyList<ChatTurn> turns) => throw new Xunit.Sdk.XunitException("Tokenised.");
    }

    private static string Tokens(int count) => $"[{string.Join(',', Enumerable.Repeat("65", count))}]";

    private static (int, string?, string?) Three((int Status, string? Code, string? Param, string Message) error) => (error.Status, error.Code, error.Param);
}
