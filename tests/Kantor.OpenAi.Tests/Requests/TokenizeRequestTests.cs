using System.Text;
using Kantor.OpenAi.Requests;

namespace Kantor.OpenAi.Tests.Requests;

public class TokenizeRequestTests
{
    [Theory]
    [InlineData("""{"prompt":"x"}""", true)]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"model":"m"}""", true)]
    [InlineData("""{}""", false)]
    [InlineData("""{"prompt":"x","messages":[{"role":"user","content":"x"}]}""", false)]
    [InlineData("""{"prompt":7}""", false)]
    [InlineData("""{"prompt":"x","parse_special":true}""", false)]
    public void Exactly_one_of_prompt_and_messages_is_tokenised(string body, bool isValid) =>
        Assert.Equal(isValid, RequestParser.Tokenize(Encoding.UTF8.GetBytes(body), Bodies.Limits).IsValid);

    [Theory]
    [InlineData("""{"tokens":[1,2]}""", true)]
    [InlineData("""{"tokens":[]}""", false)]
    [InlineData("""{"tokens":null}""", false)]
    [InlineData("""{"tokens":[-1]}""", false)]
    [InlineData("""{}""", false)]
    public void Only_token_ids_are_turned_into_text(string body, bool isValid) =>
        Assert.Equal(isValid, RequestParser.Detokenize(Encoding.UTF8.GetBytes(body), Bodies.Limits).IsValid);
}
