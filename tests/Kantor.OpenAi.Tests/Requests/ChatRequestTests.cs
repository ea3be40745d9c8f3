using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;
using Kantor.OpenAi.Requests;

namespace Kantor.OpenAi.Tests.Requests;

public class ChatRequestTests
{
    [Fact]
    public void Messages_are_read_with_developer_as_system_and_text_parts_joined()
    {
        var request = Messages(
            """[{"role":"developer","content":"s"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":"","refusal":null}]""").Value!;
        Assert.Equal([new("system", "s"), new("user", "a\nb"), new("assistant", "")], request.Messages);
    }

    [Theory]
    [InlineData("null", "messages")]
    [InlineData("[]", "messages")]
    [InlineData("\"hi\"", "messages")]
    [InlineData("{}", "messages")]
    [InlineData("[null]", "messages[0]")]
    [InlineData("""[{"role":"user","content":null}]""", "messages[0].content")]
    [InlineData("""[{"role":"user","content":7}]""", "messages[0].content")]
    [InlineData("""[{"role":"user","content":{"type":"text"}}]""", "messages[0].content")]
    [InlineData("""[{"role":"robot","content":"x"}]""", "messages[0].role")]
    [InlineData("""[{"role":null,"content":"x"}]""", "messages[0].role")]
    [InlineData("""[{"role":["user"],"content":"x"}]""", "messages[0].role")]
    [InlineData("""[{"content":"x"}]""", "messages[0]")]
    [InlineData("""[{"role":"user","content":"x","naem":"y"}]""", "messages[0].naem")]
    [InlineData("""[{"role":"user","content":[{"type":"text"}]}]""", "messages[0].content[0]")]
    [InlineData("""[{"role":"user","content":[{"text":"x"}]}]""", "messages[0].content[0]")]
    [InlineData("""[{"role":"user","content":[null]}]""", "messages[0].content[0]")]
    [InlineData("""[{"role":"user","content":["x"]}]""", "messages[0].content[0]")]
    [InlineData("""[{"role":"user","content":"a\u0000b"}]""", "messages[0].content")]
    [InlineData("""[{"role":"user","content":"\udc00"}]""", "messages[0].content")]
    public void C6_C7_A_conversation_of_another_shape_is_refused_by_the_path_of_its_first_fault(string messages, string param) =>
        Assert.Equal(param, Messages(messages).Errors[0].Param);

    [Theory]
    [InlineData("""[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]""", "image_url")]
    [InlineData("""[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"","format":"wav"}}]}]""", "input_audio")]
    [InlineData("""[{"role":"function","content":"x"}]""", "function")]
    public void E13_E14_Parts_and_roles_that_are_not_supported_are_refused_by_name(string messages, string name)
    {
        var errors = Messages(messages).Errors;
        Assert.Contains(errors, error => error.Code == ErrorCodes.UnsupportedParameter && error.Message.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public void E2_Messages_may_come_in_any_order_and_names_are_refused()
    {
        Assert.Equal(
            ["user", "system", "assistant"],
            Messages("""[{"role":"user","content":"a"},{"role":"system","content":"b"},{"role":"assistant","content":"c"}]""").Value!.Messages.Select(message => message.Role));
        var error = Assert.Single(Messages("""[{"role":"user","content":"a","name":"x\ny"}]""").Errors);
        Assert.Equal(("messages[0].name", ErrorCodes.UnsupportedParameter), (error.Param, error.Code));
    }

    [Fact]
    public void C8_A_million_messages_are_refused_by_their_number()
    {
        var error = Assert.Single(Messages($"[{string.Join(',', Enumerable.Repeat("{}", 1_000_000))}]").Errors);
        Assert.Equal("messages", error.Param);
        Assert.Contains("1000000", error.Message);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("21")]
    [InlineData("259")]
    [InlineData("1.0")]
    public void D6_The_number_of_alternatives_is_limited(string value)
    {
        Assert.Equal("top_logprobs", Assert.Single(Bodies.ChatWith($"\"logprobs\":true,\"top_logprobs\":{value}").Errors).Param);
        Assert.Equal("logprobs", Assert.Single(Bodies.CompletionWith($"\"logprobs\":{value}").Errors).Param);
    }

    [Fact]
    public void D6_Alternatives_count_towards_the_cost_of_a_request()
    {
        Assert.True(Bodies.ChatWith("\"max_tokens\":50000,\"logprobs\":true").IsValid);
        Assert.Equal(ErrorCodes.CostLimitExceeded, Assert.Single(Bodies.ChatWith("\"max_tokens\":50000,\"logprobs\":true,\"top_logprobs\":20").Errors).Code);
    }

    [Fact]
    public void D6_Alternatives_are_only_allowed_with_log_probabilities()
    {
        Assert.Equal("top_logprobs", Assert.Single(Bodies.ChatWith("\"top_logprobs\":2").Errors).Param);
        Assert.Equal("top_logprobs", Assert.Single(Bodies.ChatWith("\"logprobs\":false,\"top_logprobs\":2").Errors).Param);
        Assert.Equal(2, Bodies.ChatWith("\"logprobs\":true,\"top_logprobs\":2").Value!.Generation.TopLogprobs);
        Assert.Equal(0, Bodies.ChatWith("\"logprobs\":true").Value!.Generation.TopLogprobs);
        Assert.Null(Bodies.ChatWith("\"logprobs\":false").Value!.Generation.TopLogprobs);
        Assert.Equal(3, Bodies.CompletionWith("\"logprobs\":3").Value!.Generation.TopLogprobs);
    }

    [Fact]
    public void C6_Text_arrives_character_for_character_unless_it_is_refused()
    {
        var odd = Gen.Elements("a", "é", "\u2028", "\u202E", "😀", "\r\n", "\u200D", "\uFFFD", "<|im_start|>", "\"", "\\", "\t", "\uFEFF");
        Prop.ForAll(odd.ArrayOf().Select(string.Concat).ToArbitrary(), text =>
        {
            var parsed = Messages($$"""[{"role":"user","content":{{JsonSerializer.Serialize(text)}}}]""");
            Assert.Equal(text, Assert.Single(parsed.Value!.Messages).Text);
        }).Holds();
    }

    private static Parsed<ChatRequest> Messages(string messages) => Bodies.Chat($$"""{"model":"m","messages":{{messages}}}""");
}
