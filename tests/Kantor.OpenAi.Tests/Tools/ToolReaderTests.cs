using Kantor.OpenAi.Tools;

namespace Kantor.OpenAi.Tests.Tools;

public class ToolReaderTests
{
    private const string Weather =
        """{"type":"function","function":{"name":"weather","description":"d","parameters":{"type":"object"},"strict":true}}""";

    [Fact]
    public void Functions_are_read_with_their_schemas()
    {
        var tools = Fields($"\"tools\":[{Weather}]").Tools!;
        var tool = Assert.Single(tools.Tools);
        Assert.Equal(("weather", "d", true), (tool.Name, tool.Description, tool.IsStrict));
        Assert.Equal("""{"type":"object"}""", tool.Parameters!.Value.GetRawText());
        Assert.Equal((ToolChoice.Auto, true), (tools.Choice, tools.IsParallel));
    }

    [Theory]
    [InlineData("\"none\"", null)]
    [InlineData("\"auto\"", ToolChoice.Auto)]
    [InlineData("\"required\"", ToolChoice.Required)]
    [InlineData("""{"type":"function","function":{"name":"weather"}}""", ToolChoice.Required)]
    public void The_choice_is_read(string choice, ToolChoice? expected) =>
        Assert.Equal(expected, Fields($"\"tools\":[{Weather}],\"tool_choice\":{choice}").Tools?.Choice);

    [Theory]
    [InlineData("\"tools\":[{}]", "tools[0]")]
    [InlineData("\"tools\":[{\"type\":\"web_search\"}]", "tools[0].type")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a b\"}}]", "tools[0].function.name")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\"}},{\"type\":\"function\",\"function\":{\"name\":\"a\"}}]", "tools[1].function")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\"}}],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"b\"}}", "tool_choice")]
    [InlineData("\"tool_choice\":\"required\"", "tool_choice")]
    [InlineData("\"tools\":3", "tools")]
    public void What_is_wrong_is_named__E11(string members, string param) => Assert.Equal(
        param, Bodies.Chat($$"""{"model":"m","messages":[{"role":"user","content":"?"}],{{members}}}""").Errors[0].Param);

    [Fact]
    public void Calls_and_results_are_messages()
    {
        var messages = Bodies.Chat(
            """
            {"model":"m","messages":[{"role":"user","content":"?"},
             {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},
             {"role":"tool","tool_call_id":"c1","name":"f","content":"42"}]}
            """).Value!.Messages;
        Assert.Equal(new ToolCall("c1", "f", """{"x":1}"""), Assert.Single(messages[1].Calls));
        Assert.Equal(("tool", "c1", "42"), (messages[2].Role, messages[2].CallId, messages[2].Text));
    }

    [Theory]
    [InlineData("""{"role":"tool","content":"x"}""", "messages[0]")]
    [InlineData("""{"role":"user","content":"x","tool_call_id":"c"}""", "messages[0]")]
    [InlineData("""{"role":"user","content":"x","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}""", "messages[0]")]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{"}}]}""", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("""{"role":"assistant","tool_calls":[{"function":{"name":"f"}}]}""", "messages[0].tool_calls[0]")]
    public void Messages_that_fit_no_call_are_refused(string message, string param) =>
        Assert.Equal(param, Bodies.Chat($$"""{"model":"m","messages":[{{message}}]}""").Errors[0].Param);

    private static Kantor.OpenAi.Requests.GenerationFields Fields(string members)
    {
        var parsed = Bodies.Chat($$"""{"model":"m","messages":[{"role":"user","content":"?"}],{{members}}}""");
        Assert.True(parsed.IsValid, string.Join(" ", parsed.Errors));
        return parsed.Value.Generation;
    }
}
