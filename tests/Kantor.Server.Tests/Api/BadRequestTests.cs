using System.Net;
using System.Text;

namespace Kantor.Server.Tests.Api;

/// <summary>Bad bodies over a real socket: 400 in OpenAI's shape, nothing submitted, and the server goes on serving.</summary>
public class BadRequestTests
{
    [Theory]
    [InlineData("C1", """{"model":"hand/model","Model":"x","messages":[{"role":"user","content":"hi"}]}""")]
    [InlineData("C2", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"max_token":5}""")]
    [InlineData("C2", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"tools":[{}]}""")]
    [InlineData("C2", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"best_of":2}""")]
    [InlineData("C3", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"temperature":"NaN"}""")]
    [InlineData("C3", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"temperature":1e999}""")]
    [InlineData("C3", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"temperature":"0.7"}""")]
    [InlineData("C4", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"n":1.0}""")]
    [InlineData("C4", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"n":9223372036854775808}""")]
    [InlineData("C6", """{"model":"hand/model","messages":[{"role":"user","content":"\ud800"}]}""")]
    [InlineData("C6", """{"model":"hand/model","messages":[{"role":"user","content":"\u0000"}]}""")]
    [InlineData("C7", """{"model":"hand/model","messages":[]}""")]
    [InlineData("C7", "null")]
    [InlineData("C7", "")]
    [InlineData("C11", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}]}{}""")]
    [InlineData("C11", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],}""")]
    [InlineData("D2", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"top_p":0}""")]
    [InlineData("D4", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"max_tokens":5,"max_completion_tokens":6}""")]
    [InlineData("D5", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"n":128,"max_tokens":2147483647}""")]
    [InlineData("D8", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"logit_bias":{"-1":5}}""")]
    [InlineData("D12", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"stop":""}""")]
    [InlineData("E4", """{"model":"hand/model","messages":[{"role":"user","content":"hi"}],"chat_template":"{{x}}"}""")]
    public async Task A_bad_body_gets_400_and_reaches_no_engine__INV_SRV_9(string id, string body)
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var error = await TestServer.ErrorAsync(await server.PostAsync("/v1/chat/completions", body));
        Assert.True(error.Status == 400, $"{id}: {error}");
        Assert.NotEmpty(error.Message);
        Assert.Equal(0, engine.Submissions);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health")).StatusCode);
    }

    [Fact]
    public async Task C6_A_character_split_over_segments_arrives_whole()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        using var client = await RawHttp.ConnectAsync(server.Url);
        var body = """{"model":"hand/model","prompt":"😀"}""";
        foreach (var value in Encoding.UTF8.GetBytes(RawHttp.Post("/v1/completions", body))) await client.GetStream().WriteAsync(new[] { value });
        var stream = (await engine.NextAsync()).End();
        Assert.Equal(Encoding.UTF8.GetBytes("😀").Select(value => (int)value), stream.Request.PromptTokens.Skip(1));
    }

    [Fact]
    public async Task C12_A_hostile_field_name_is_answered_with_valid_JSON_on_one_line()
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        using var response = await server.PostAsync("/v1/chat/completions", Bodies.Chat("\"\\u001b[31m\\r\\nx\":1"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain('\n', text);
        Assert.DoesNotContain('\u001b', text);
        Assert.Equal(400, (await TestServer.ErrorAsync(response)).Status);
    }
}
