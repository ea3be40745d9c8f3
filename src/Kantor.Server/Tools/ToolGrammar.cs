using System.Text;
using Kantor.Grammars.Json;
using Kantor.Grammars.Syntax;
using Kantor.OpenAi.Tools;

namespace Kantor.Server.Tools;

/// <summary>
/// Answers with calls as a language: calls and nothing else where one is required; otherwise any text up to the first
/// <c>&lt;tool_call&gt;</c>, from which on there are only calls with a name of the list and the arguments that it asks for.
/// </summary>
internal static class ToolGrammar
{
    /// <summary>The node of such answers.</summary>
    /// <param name="to">Where it is put together.</param>
    /// <param name="tools">The functions.</param>
    /// <param name="text">What an answer without calls may be; null for any text, which then may also stand before calls.</param>
    /// <exception cref="GrammarException">The parameters of a strict function cannot be promised; its path begins with the
    /// field.</exception>
    public static int NodeOf(GrammarBuilder to, ToolUse tools, int? text)
    {
        var rest = RestOfCall(to, tools);
        var call = to.Sequence(to.Text(ToolText.CallStart), rest);
        var more = tools.IsParallel ? to.Repeat(to.Sequence(to.Text("\n"), call), 0, null) : to.Empty();
        if (tools.Choice == ToolChoice.Required) return to.Sequence(call, more);
        return text is { } form ? to.Choice(form, to.Sequence(call, more)) : Free(to, to.Sequence(rest, more));
    }

    private static int RestOfCall(GrammarBuilder to, ToolUse tools) => to.Sequence(
        to.Text(ToolText.NameStart),
        to.Choice([.. tools.Tools.Select(tool => to.Sequence(to.Text(tool.Name), to.Text(ToolText.ArgumentsStart), Arguments(to, tool)))]),
        to.Text(ToolText.CallEnd));

    private static int Arguments(GrammarBuilder to, ToolSpec tool)
    {
        if (tool.Parameters is not { } parameters) return to.Text("{}");
        try
        {
            // A grammar of its own first: what was begun of one that is refused must not stay in ours.
            JsonSchemaGrammar.Of(parameters);
            return JsonSchemaGrammar.NodeOf(to, parameters);
        }
        catch (GrammarException) when (!tool.IsStrict)
        {
            return JsonSchemaGrammar.AnyObjectNode(to);
        }
        catch (GrammarException wrong)
        {
            throw new GrammarException(
                $"{tool.Param}.parameters", $"'{tool.Param}.parameters' of the strict function '{tool.Name}': {wrong.Message}");
        }
    }

    /// <summary>
    /// Any bytes in which the tag that begins a call is followed by the rest of it: a rule for each beginning of the tag that has just been
    /// read (the automaton of Knuth, Morris and Pratt, 1977).
    /// </summary>
    private static int Free(GrammarBuilder to, int rest)
    {
        var tag = Encoding.UTF8.GetBytes(ToolText.CallStart);
        var rules = tag.Select(_ => to.Rule()).ToArray();
        for (var read = 0; read < tag.Length; read++) to.Define(rules[read], After(to, tag, rules, read, rest));
        return rules[0];
    }

    private static int After(GrammarBuilder to, byte[] tag, int[] rules, int read, int rest)
    {
        List<int> parts = [to.Empty()];
        var others = ByteSet.All;
        foreach (var value in tag.Distinct())
        {
            var next = Longest(tag, [.. tag[..read], value]);
            if (next == 0) continue;
            var byValue = default(ByteSet).With(value);
            others = others.Not().Or(byValue).Not();
            parts.Add(to.Sequence(to.Bytes(byValue), next == tag.Length ? rest : rules[next]));
        }

        parts.Add(to.Sequence(to.Bytes(others), rules[0]));
        return to.Choice([.. parts]);
    }

    private static int Longest(byte[] tag, byte[] read)
    {
        for (var length = Math.Min(tag.Length, read.Length); length > 0; length--)
        {
            if (read.AsSpan()[^length..].SequenceEqual(tag.AsSpan(0, length))) return length;
        }

        return 0;
    }
}
