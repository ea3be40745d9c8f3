using System.Net;
using Kantor.OpenAi.Errors;

namespace Kantor.Server.Tests.Api;

public class ModelApiTests
{
    [Theory]
    [InlineData("/v1/models/hand/model", HttpStatusCode.OK)]
    [InlineData("/v1/models/hand%2Fmodel", HttpStatusCode.OK)]
    [InlineData("/v1/models/hand", HttpStatusCode.NotFound)]
    [InlineData("/v1/models/", HttpStatusCode.NotFound)]
    public async Task A_model_is_shown_by_its_name(string path, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        Assert.Equal(status, (await server.Http.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Embeddings_have_the_models_length_or_are_refused()
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        using var response = await server.PostAsync("/v1/embeddings", """{"model":"hand/model","input":["a","b"],"dimensions":4}""");
        var data = (await TestServer.BodyAsync(response))["data"]!.AsArray();
        Assert.Equal(2, data.Count);
        Assert.Equal(4, data[1]!["embedding"]!.AsArray().Count);
        Assert.Equal("dimensions", (await TestServer.ErrorAsync(await server.PostAsync("/v1/embeddings", """{"model":"hand/model","input":"a","dimensions":3}"""))).Param);
    }

    [Fact]
    public async Task E6_An_input_beyond_the_context_is_refused()
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        var error = await TestServer.ErrorAsync(await server.PostAsync("/v1/embeddings", $$"""{"model":"hand/model","input":"{{new string('a', 1_000)}}"}"""));
        Assert.Equal((400, ErrorCodes.ContextLengthExceeded), (error.Status, error.Code));
    }

    [Fact]
    public async Task Tokens_become_text_again()
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        using var tokenized = await server.PostAsync("/tokenize", """{"prompt":"hé","add_special_tokens":false,"return_token_strs":true}""");
        Assert.Equal(
            """{"count":3,"max_model_len":801,"tokens":[104,195,169],"token_strs":["h","bytes:\\xc3","bytes:\\xa9"]}""",
            (await TestServer.BodyAsync(tokenized)).ToJsonString());
        using var detokenized = await server.PostAsync("/detokenize", """{"tokens":[104,195,169]}""");
        Assert.Equal("hé", (string?)(await TestServer.BodyAsync(detokenized))["prompt"]);
        Assert.Equal("tokens", (await TestServer.ErrorAsync(await server.PostAsync("/detokenize", """{"tokens":[260]}"""))).Param);
    }

    [Fact]
    public async Task A_conversation_is_tokenised_under_the_chat_template()
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        using var response = await server.PostAsync("/tokenize", """{"messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal(new Kantor.Engine.Backends.Scripted.ScriptedTokenizer().EncodeChat([new("user", "hi")]).Length, (int)(await TestServer.BodyAsync(response))["count"]!);
    }
}
