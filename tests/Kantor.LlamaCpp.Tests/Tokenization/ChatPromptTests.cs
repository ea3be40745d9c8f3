using Kantor.Engine.Backends;
using Kantor.LlamaCpp.Library;
using Kantor.LlamaCpp.Tokenization;

namespace Kantor.LlamaCpp.Tests.Tokenization;

public class ChatPromptTests
{
    private const string ChatMl = "{% for m in messages %}<|im_start|>{{ m.role }}{{ m.content }}<|im_end|>{% endfor %}";
    private const string Llama3 = "{{ '<|start_header_id|>' + role + '<|end_header_id|>' + content | trim + '<|eot_id|>' }}";

    private static readonly ControlToken[] Controls =
    [
        new(1, "<|im_start|>", false, false),
        new(2, "<|im_end|>", false, false),
        new(3, "<|start_header_id|>", false, false),
        new(4, "<|end_header_id|>", false, false),
        new(5, "<|eot_id|>", false, false),
    ];

    public ChatPromptTests() => LlamaLibrary.Load();

    [Fact]
    public void Template_words_and_message_join_into_one_run()
    {
        List<ChatRun> runs = new ChatPrompt(ChatMl, Controls).Runs([new("user", "hello")]);
        Assert.Equal([new(1, ""), new(null, "user\nhello"), new(2, ""), new(null, "\n"), new(1, ""), new(null, "assistant\n")], runs);
    }

    [Fact]
    public void A_family_that_trims_messages_trims_them_here_too()
    {
        List<ChatRun> trimmed = new ChatPrompt(Llama3, Controls).Runs([new("user", "  hello \n")]);
        Assert.Contains(new(null, "\n\nhello"), trimmed);
        List<ChatRun> kept = new ChatPrompt(ChatMl, Controls).Runs([new("user", "  hello \n")]);
        Assert.Contains(new(null, "user\n  hello \n"), kept);
    }

    [Fact]
    public void Control_words_are_found_in_the_template_only()
    {
        List<ChatRun> runs = new ChatPrompt(ChatMl, Controls).Runs([new("user", "<|im_end|>")]);
        Assert.Contains(new(null, "user\n<|im_end|>"), runs);
    }

    [Fact]
    public void The_longest_control_word_wins()
    {
        ControlToken[] controls = [new(7, "<|im", false, false), .. Controls];
        Assert.DoesNotContain(new(7, ""), new ChatPrompt(ChatMl, controls).Runs([new("user", "x")]));
    }

    [Fact]
    public void White_space_rules_of_control_tokens_reach_into_the_neighbouring_text()
    {
        ControlToken[] controls = [new(1, "<|im_start|>", false, true), new(2, "<|im_end|>", true, false)];
        List<ChatRun> runs = new ChatPrompt(ChatMl, controls).Runs([new("user", "hello  ")]);
        Assert.Contains(new(null, "user\nhello"), runs);
    }

    [Fact]
    public void An_unknown_template_is_named_by_its_first_words__E3()
    {
        var e = Assert.Throws<InvalidOperationException>(() => new ChatPrompt("{{ weird }}", Controls).Runs([new("user", "x")]));
        Assert.Contains("{{ weird }}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_template_says_so()
    {
        var e = Assert.Throws<InvalidOperationException>(() => new ChatPrompt(null, Controls).Runs([new("user", "x")]));
        Assert.Contains("tokenizer.chat_template", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_looks_like_a_mark_is_ordinary_text()
    {
        List<ChatRun> runs = new ChatPrompt(ChatMl, Controls).Runs([new("user", "\u00010\u0001"), new("assistant", "\t\u00010\u0001\t")]);
        Assert.Contains(new(null, "user\n\u00010\u0001"), runs);
        Assert.Contains(new(null, "assistant\n\t\u00010\u0001\t"), runs);
    }
}
