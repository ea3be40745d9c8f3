using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Requests;

namespace Kantor.OpenAi.Tests.Requests;

public class CommonFieldsTests
{
    [Theory]
    [InlineData("max_token", "max_tokens")]
    [InlineData("temprature", "temperature")]
    [InlineData("top-p", "top_p")]
    public void C2_A_misspelt_field_is_refused_with_the_name_that_was_meant(string name, string meant)
    {
        var error = Bodies.RefusedWith($"\"{name}\":1");
        Assert.Equal(ErrorCodes.UnknownParameter, error.Code);
        Assert.Equal(name, error.Param);
        Assert.Contains($"'{meant}'", error.Message);
    }

    [Theory]
    [InlineData("best_of", "2")]
    [InlineData("functions", "[{}]")]
    [InlineData("suffix", "\"x\"")]
    [InlineData("echo", "true")]
    [InlineData("store", "true")]
    [InlineData("metadata", "{\"a\":\"b\"}")]
    [InlineData("service_tier", "\"flex\"")]
    [InlineData("skip_special_tokens", "false")]
    [InlineData("stop_token_ids", "[1]")]
    [InlineData("prompt_logprobs", "1")]
    [InlineData("cache_salt", "\"x\"")]
    public void C2_D11_A_field_that_others_support_is_refused_as_unsupported(string name, string value)
    {
        var error = Bodies.RefusedWith($"\"{name}\":{value}");
        Assert.Equal((ErrorCodes.UnsupportedParameter, name), (error.Code, error.Param));
        Assert.Contains($"'{name}' is not supported", error.Message);
    }

    [Theory]
    [InlineData("n_discard")]
    [InlineData("cache_prompt")]
    [InlineData("id_slot")]
    [InlineData("n_keep")]
    public void D13_Knobs_inside_the_engine_cannot_be_turned_from_outside(string name) =>
        Assert.Equal(name, Bodies.RefusedWith($"\"{name}\":0").Param);

    [Theory]
    [InlineData("chat_template", "\"{{ x }}\"")]
    [InlineData("chat_template_kwargs", "{\"a\":1}")]
    public void E4_Templates_from_outside_are_refused(string name, string value) =>
        Assert.Equal(name, Bodies.RefusedWith($"\"{name}\":{value}").Param);

    [Theory]
    [InlineData("\"store\":false")]
    [InlineData("\"echo\":false")]
    [InlineData("\"response_format\":{\"type\":\"text\"}")]
    [InlineData("\"tools\":null")]
    [InlineData("\"tool_choice\":\"auto\"")]
    [InlineData("\"stream\":true,\"stream_options\":{\"include_usage\":true,\"include_obfuscation\":false}")]
    public void A_field_that_asks_for_nothing_is_no_error(string member) => Bodies.AcceptedWith(member);

    [Fact]
    public void An_unknown_field_is_refused_even_when_it_is_null() =>
        Assert.Equal(ErrorCodes.UnknownParameter, Bodies.RefusedWith("\"frobnicate\":null").Code);

    [Theory]
    [InlineData("""{"messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}],"model":"m","stream":true,"stream_options":{"include_usage":true}}""")]
    [InlineData("""{"temperature":0.5,"top_logprobs":2,"top_p":0.9,"user":"u","messages":[{"role":"user","content":"hi"}],"model":"m","max_completion_tokens":5,"frequency_penalty":0.1,"presence_penalty":0.2,"stop":["x"],"logit_bias":{"1":5},"logprobs":true,"seed":7}""")]
    public void Bodies_that_the_official_NET_client_sends_are_accepted(string body) => Assert.Empty(Bodies.Chat(body).Errors);

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("7")]
    public void C7_A_body_that_is_no_request_is_refused(string body)
    {
        Assert.NotEmpty(Bodies.Chat(body).Errors);
        Assert.NotEmpty(Bodies.Completion(body).Errors);
        Assert.NotEmpty(Bodies.Embedding(body).Errors);
    }

    [Fact]
    public void C7_An_empty_object_is_answered_with_everything_that_is_missing() =>
        Assert.Equal(["messages", "model"], Bodies.Chat("{}").Errors.Select(error => error.Param));

    [Fact]
    public void All_errors_are_reported_at_once_and_the_first_one_names_the_field()
    {
        var error = ApiError.BadRequest(Bodies.ChatWith("\"temperature\":9,\"top_p\":9,\"frobnicate\":1").Errors);
        Assert.Equal((400, "temperature", ErrorCodes.InvalidValue), (error.Status, error.Param, error.Code));
        Assert.Contains("top_p", error.Message);
        Assert.Contains("frobnicate", error.Message);
    }

    [Fact]
    public void D4_Both_spellings_of_the_output_limit_must_agree()
    {
        Assert.Equal("max_tokens", Assert.Single(Bodies.ChatWith("\"max_tokens\":5,\"max_completion_tokens\":6").Errors).Param);
        Assert.Equal(6, Bodies.ChatWith("\"max_tokens\":6,\"max_completion_tokens\":6").Value!.Generation.OutputTokensMax);
        Assert.Equal(7, Bodies.ChatWith("\"max_completion_tokens\":7").Value!.Generation.OutputTokensMax);
    }

    [Fact]
    public void The_output_limit_of_a_plain_completion_is_16_by_default_and_that_of_a_chat_is_left_to_the_server()
    {
        Assert.Equal(16, Bodies.Completion($"{{{Bodies.CompletionHead}}}").Value!.Generation.OutputTokensMax);
        Assert.Null(Bodies.Chat($"{{{Bodies.ChatHead}}}").Value!.Generation.OutputTokensMax);
    }

    [Fact]
    public void D5_The_product_of_prompts_choices_and_tokens_is_limited_without_overflow()
    {
        Assert.Equal(ErrorCodes.CostLimitExceeded, Bodies.RefusedWith("\"n\":128,\"max_tokens\":2147483647").Code);
        Assert.Equal(ErrorCodes.CostLimitExceeded, Bodies.RefusedWith("\"max_tokens\":1048577").Code);
        Bodies.AcceptedWith("\"max_tokens\":1048576");
        Bodies.AcceptedWith("\"n\":128,\"max_tokens\":8192");
        var many = string.Join(',', Enumerable.Repeat("\"x\"", 128));
        var error = Assert.Single(Bodies.Completion($"{{\"model\":\"m\",\"prompt\":[{many}],\"n\":128,\"max_tokens\":65}}").Errors);
        Assert.Equal(ErrorCodes.CostLimitExceeded, error.Code);
    }

    [Fact]
    public void D5_No_product_of_three_ints_overflows() =>
        Assert.NotNull(RequestCost.Fault(int.MaxValue, int.MaxValue, int.MaxValue, 20, long.MaxValue));

    [Theory]
    [InlineData("\"\"", "stop")]
    [InlineData("[\"a\",\"\"]", "stop[1]")]
    [InlineData("[null]", "stop[0]")]
    [InlineData("[1]", "stop[0]")]
    [InlineData("7", "stop")]
    [InlineData("\"\\u0000\"", "stop")]
    [InlineData("\"\\ud800\"", "stop")]
    public void D12_Stop_strings_that_cannot_be_matched_are_refused(string value, string param) =>
        Assert.Equal(param, Bodies.RefusedWith($"\"stop\":{value}").Param);

    [Fact]
    public void D12_C8_Too_many_or_too_long_stop_strings_are_refused()
    {
        Bodies.AcceptedWith($"\"stop\":[{string.Join(',', Enumerable.Repeat("\"x\"", 16))}]");
        Bodies.RefusedWith($"\"stop\":[{string.Join(',', Enumerable.Repeat("\"x\"", 17))}]");
        Bodies.RefusedWith($"\"stop\":\"{new string('x', 257)}\"");
        Bodies.RefusedWith($"\"stop\":[{string.Join(',', Enumerable.Repeat("\"x\"", 300_000))}]");
    }

    [Fact]
    public void One_stop_string_may_come_without_an_array() => Assert.Equal(["\n\n"], Bodies.AcceptedWith("\"stop\":\"\\n\\n\"").Stop);

    [Fact]
    public void Stream_options_are_refused_without_a_stream()
    {
        Assert.Equal("stream_options", Bodies.RefusedWith("\"stream_options\":{\"include_usage\":true}").Param);
        Assert.True(Bodies.AcceptedWith("\"stream\":true,\"stream_options\":{\"include_usage\":true}").IncludeUsage);
        Assert.Equal("stream_options.include_usag", Bodies.RefusedWith("\"stream\":true,\"stream_options\":{\"include_usag\":true}").Param);
    }

    [Theory]
    [InlineData(-1_000_000)]
    [InlineData(-1)]
    [InlineData(1_000_000)]
    public void Priorities_go_from_minus_a_million_to_a_million(int priority)
    {
        Assert.Equal(priority, Bodies.AcceptedWith($"\"priority\":{priority}").Priority);
        Assert.Equal("priority", Bodies.RefusedWith($"\"priority\":{priority}.5").Param);
    }

    [Theory]
    [InlineData(-1_000_001)]
    [InlineData(1_000_001)]
    public void Priorities_beyond_a_million_are_refused(int priority) => Assert.Equal("priority", Bodies.RefusedWith($"\"priority\":{priority}").Param);

    [Fact]
    public void A_text_of_as_many_characters_as_may_be_passes()
    {
        Bodies.AcceptedWith($"\"user\":\"{new string('u', 512)}\"");
        Assert.Equal("user", Bodies.RefusedWith($"\"user\":\"{new string('u', 513)}\"").Param);
    }
}
