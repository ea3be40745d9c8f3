using Kantor.OpenAi.Json;
using Kantor.OpenAi.Requests;

namespace Kantor.OpenAi.Tests.Requests;

public class PromptInputTests
{
    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("[\"a\",\"b\"]", "a;b")]
    [InlineData("[1,2,3]", "1,2,3")]
    [InlineData("[[1,2],[3]]", "1,2;3")]
    public void E6_A_prompt_is_a_text_texts_tokens_or_arrays_of_tokens(string prompt, string read)
    {
        Assert.Equal(read, Shown(Prompts(prompt).Value!.Prompts));
        Assert.Equal(read, Shown(Bodies.Embedding($$"""{"model":"m","input":{{prompt}}}""").Value!.Inputs));
    }

    [Theory]
    [InlineData("null", "prompt")]
    [InlineData("7", "prompt")]
    [InlineData("{}", "prompt")]
    [InlineData("[]", "prompt")]
    [InlineData("[[]]", "prompt[0]")]
    [InlineData("[null]", "prompt[0]")]
    [InlineData("[1,\"a\"]", "prompt[1]")]
    [InlineData("[\"a\",1]", "prompt[1]")]
    [InlineData("[\"a\",null]", "prompt[1]")]
    [InlineData("[[1],\"a\"]", "prompt[1]")]
    [InlineData("[[1],[null]]", "prompt[1][0]")]
    [InlineData("[[1],[[2]]]", "prompt[1][0]")]
    [InlineData("[-1]", "prompt[0]")]
    [InlineData("[1.0]", "prompt[0]")]
    [InlineData("[1,2147483648]", "prompt[1]")]
    [InlineData("[1,\"1e3\"]", "prompt[1]")]
    [InlineData("[true]", "prompt[0]")]
    public void D8_E6_Mixed_empty_and_negative_prompts_are_refused_by_their_path(string prompt, string param)
    {
        Assert.Equal(param, Prompts(prompt).Errors[0].Param);
        Assert.Equal(param.Replace("prompt", "input", StringComparison.Ordinal), Bodies.Embedding($$"""{"model":"m","input":{{prompt}}}""").Errors[0].Param);
    }

    [Fact]
    public void C8_The_number_of_prompts_is_limited()
    {
        Assert.True(Prompts($"[{string.Join(',', Enumerable.Repeat("\"x\"", 128))}]").IsValid);
        Assert.Equal("prompt", Prompts($"[{string.Join(',', Enumerable.Repeat("\"x\"", 129))}]").Errors[0].Param);
    }

    [Theory]
    [InlineData("\"encoding_format\":\"hex\"", "encoding_format")]
    [InlineData("\"dimensions\":0", "dimensions")]
    [InlineData("\"input_type\":\"query\"", "input_type")]
    public void Fields_of_an_embedding_request_are_checked(string member, string param) =>
        Assert.Equal(param, Assert.Single(Bodies.Embedding($$"""{"model":"m","input":"x",{{member}}}""").Errors).Param);

    [Fact]
    public void Embeddings_are_numbers_unless_base64_is_asked_for()
    {
        Assert.False(Bodies.Embedding("""{"model":"m","input":"x"}""").Value!.AsBase64);
        Assert.True(Bodies.Embedding("""{"model":"m","input":"x","encoding_format":"base64"}""").Value!.AsBase64);
    }

    private static Parsed<CompletionRequest> Prompts(string prompt) => Bodies.Completion($$"""{"model":"m","prompt":{{prompt}}}""");

    private static string Shown(IEnumerable<PromptInput> prompts) => string.Join(';', prompts.Select(prompt => prompt.Text ?? string.Join(',', prompt.Tokens!)));
}
