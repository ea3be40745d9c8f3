using Kantor.OpenAi.Requests;

namespace Kantor.OpenAi.Tests.Requests;

/// <summary>Values that ask for nothing pass, and the request is the one without them.</summary>
public class NothingTests
{
    [Theory]
    [InlineData("ignore_eos", "false")]
    [InlineData("min_tokens", "0")]
    [InlineData("best_of", "1")]
    [InlineData("suffix", "\"\"")]
    [InlineData("include_stop_str_in_output", "false")]
    [InlineData("use_beam_search", "false")]
    [InlineData("add_generation_prompt", "true")]
    [InlineData("skip_special_tokens", "true")]
    [InlineData("repeat_penalty", "1.0")]
    [InlineData("top_k", "-1")]
    [InlineData("tools", "[]")]
    [InlineData("functions", "[]")]
    [InlineData("tool_choice", "\"none\"")]
    [InlineData("metadata", "{}")]
    [InlineData("service_tier", "\"auto\"")]
    [InlineData("modalities", "[\"text\"]")]
    [InlineData("top_k", "0")]
    [InlineData("response_format", "{\"type\": \"text\"}")]
    [InlineData("service_tier", "\"default\"")]
    [InlineData("parallel_tool_calls", "true")]
    [InlineData("repeat_penalty", "1")]
    public void A_value_that_asks_for_nothing_changes_nothing(string name, string value)
    {
        var with = Bodies.AcceptedWith($"\"{name}\":{value}");
        var without = Bodies.AcceptedWith("\"stream\":false");
        Assert.Equal(without with { Sampling = with.Sampling, Stop = with.Stop }, with);
        Assert.Equal((without.Sampling.TopK, without.Sampling.Temperature), (with.Sampling.TopK, with.Sampling.Temperature));
    }

    [Theory]
    [InlineData("add_generation_prompt", "false")]
    [InlineData("best_of", "2")]
    [InlineData("include_stop_str_in_output", "true")]
    [InlineData("modalities", "[\"text\",\"audio\"]")]
    [InlineData("modalities", "[]")]
    [InlineData("repeat_penalty", "1.1")]
    [InlineData("skip_special_tokens", "false")]
    [InlineData("suffix", "\"x\"")]
    public void A_value_that_asks_for_something_is_refused_by_name(string name, string value) =>
        Assert.Equal(name, Bodies.RefusedWith($"\"{name}\":{value}").Param);

    [Fact]
    public void Members_of_a_replayed_answer_that_say_nothing_pass() => Assert.True(Bodies.Chat(
        """
        {"model":"m","messages":[{"role":"user","content":"Hi"},
         {"role":"assistant","content":"Hello","refusal":null,"annotations":[],"tool_calls":[]},{"role":"user","content":"Hi"}]}
        """).IsValid);

    [Fact]
    public void Every_listed_value_passes_in_both_formats()
    {
        foreach (var (name, values) in Nothing.Table)
        {
            Assert.All(values, value => Assert.True(Bodies.ChatWith($"\"{name}\":{value}").IsValid, $"{name}: {value}"));
            Assert.All(values, value => Assert.True(Bodies.CompletionWith($"\"{name}\":{value}").IsValid, $"{name}: {value}"));
        }
    }

    [Fact]
    public void The_page_of_the_api_lists_them()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "http-api.md"));
        Assert.All(Nothing.Table, entry => Assert.Contains(
            $"| `{entry.Key}` | {string.Join(", ", entry.Value.Select(value => $"`{value}`"))} |\n", page, StringComparison.Ordinal));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kantor.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }

    [Fact]
    public void What_load_generators_send_is_read()
    {
        var chat = Bodies.Chat(
            """
            {"model":"m","messages":[{"role":"user","content":"Hello there"}],"stream":true,
             "stream_options":{"include_usage":true,"continuous_usage_stats":true},"max_completion_tokens":8,"max_tokens":8,"ignore_eos":true}
            """);
        Assert.True(chat.IsValid);
        Assert.Equal((8, true, true, true), (chat.Value.Generation.OutputTokensMax, chat.Value.Generation.IgnoresEnd, chat.Value.Generation.IncludeUsage, chat.Value.Generation.ContinuousUsage));
        var completion = Bodies.Completion(
            """
            {"model":"m","prompt":"Hello there","stream":true,"stream_options":{"include_usage":true},"max_tokens":8,"max_completion_tokens":8,
             "stop":null,"ignore_eos":true}
            """);
        Assert.True(completion.IsValid);
        Assert.Equal((8, true, false), (completion.Value.Generation.OutputTokensMax, completion.Value.Generation.IgnoresEnd, completion.Value.Generation.ContinuousUsage));
    }

    [Theory]
    [InlineData("\"min_tokens\":-1", "min_tokens")]
    [InlineData("\"min_tokens\":9,\"max_tokens\":8", "min_tokens")]
    [InlineData("\"ignore_eos\":1", "ignore_eos")]
    [InlineData("\"max_completion_tokens\":0", "max_completion_tokens")]
    [InlineData("\"max_completion_tokens\":7,\"max_tokens\":8", "max_tokens")]
    [InlineData("\"stream\":true,\"stream_options\":{\"continuous_usage_stats\":true}", "stream_options")]
    public void A_wrong_value_of_theirs_is_refused_by_name(string members, string param) => Assert.Equal(param, Bodies.RefusedWith(members).Param);
}
