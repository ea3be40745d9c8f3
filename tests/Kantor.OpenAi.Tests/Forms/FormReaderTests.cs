using Kantor.OpenAi.Forms;

namespace Kantor.OpenAi.Tests.Forms;

public class FormReaderTests
{
    [Theory]
    [InlineData("\"response_format\":{\"type\":\"text\"}", null)]
    [InlineData("\"response_format\":{\"type\":\"json_object\"}", typeof(AnswerForm.AnyObject))]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"strict\":true,\"schema\":{}}}", typeof(AnswerForm.Schema))]
    [InlineData("\"guided_json\":{\"type\":\"object\"}", typeof(AnswerForm.Schema))]
    [InlineData("\"guided_json\":\"{}\"", typeof(AnswerForm.Schema))]
    [InlineData("\"guided_regex\":\"a+\"", typeof(AnswerForm.Pattern))]
    [InlineData("\"guided_choice\":[\"a\",\"b\"]", typeof(AnswerForm.OneOf))]
    [InlineData("\"guided_grammar\":\"root ::= [a]\"", typeof(AnswerForm.Notation))]
    [InlineData("\"structured_outputs\":{\"choice\":[\"a\"]}", typeof(AnswerForm.OneOf))]
    [InlineData("\"structured_outputs\":{\"json_object\":true}", typeof(AnswerForm.AnyObject))]
    [InlineData("\"grammar\":\"root ::= [a]\"", typeof(AnswerForm.Notation))]
    [InlineData("\"grammar\":\"\"", null)]
    [InlineData("\"json_schema\":{}", typeof(AnswerForm.Schema))]
    public void Every_way_to_say_what_an_answer_must_be(string members, Type? form) => Assert.Equal(form, Form(members)?.GetType());

    [Theory]
    [InlineData("\"response_format\":{\"type\":\"xml\"}", "response_format")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\"}", "response_format")]
    [InlineData("\"response_format\":{\"type\":\"text\",\"x\":1}", "response_format")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{},\"x\":1}}", "response_format.json_schema.x")]
    [InlineData("\"guided_json\":\"{\"", "guided_json")]
    [InlineData("\"guided_choice\":[]", "guided_choice")]
    [InlineData("\"guided_regex\":\"a\",\"guided_choice\":[\"a\"]", "guided_choice")]
    [InlineData("\"structured_outputs\":{\"xml\":1}", "structured_outputs.xml")]
    public void What_is_wrong_is_named(string members, string param) => Assert.Equal(param, Bodies.RefusedWith(members).Param);

    private static AnswerForm? Form(string members)
    {
        var parsed = Bodies.Chat($$"""{"model":"m","messages":[{"role":"user","content":"?"}],{{members}}}""");
        Assert.True(parsed.IsValid, string.Join(" ", parsed.Errors));
        return parsed.Value.Generation.Form;
    }
}
