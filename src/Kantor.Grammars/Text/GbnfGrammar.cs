using System.Globalization;
using System.Text;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Text;

/// <summary>
/// Grammars in llama.cpp's notation (GBNF): rules <c>name ::= …</c> of texts, classes of characters, rule names, groups, alternatives and
/// repetitions <c>* + ? {m,n}</c>; <c>#</c> begins a comment; the language is that of the rule <c>root</c>.
/// </summary>
public static class GbnfGrammar
{
    /// <summary>The grammar that a text describes.</summary>
    /// <exception cref="GrammarException">The text is malformed, or names a rule that it does not define; says line and column.</exception>
    public static Grammar Of(string text)
    {
        var builder = new GrammarBuilder();
        return builder.Build(new GbnfReader(builder, text).Read());
    }

    /// <summary>Reads the text once, from top to bottom.</summary>
    private sealed class GbnfReader(GrammarBuilder to, string text)
    {
        private const int DepthMax = 100;

        private readonly Dictionary<string, (int Node, bool IsDefined)> _rules = [];
        private int _at;
        private int _depth;

        public int Read()
        {
            for (SkipBlanks(withLineEnds: true); _at < text.Length; SkipBlanks(withLineEnds: true)) ReadRule();
            foreach (var (name, rule) in _rules)
            {
                if (!rule.IsDefined) throw Wrong($"the rule '{name}' is not defined");
            }

            return _rules.TryGetValue("root", out var root) ? root.Node : throw Wrong("there is no rule 'root'");
        }

        private void ReadRule()
        {
            var name = Name() ?? throw Wrong("a rule must begin with its name");
            SkipBlanks(withLineEnds: false);
            if (!TryTake("::=")) throw Wrong($"'::=' must follow the name '{name}'");
            var node = NodeOf(name);
            if (_rules[name].IsDefined) throw Wrong($"the rule '{name}' is defined twice");
            _rules[name] = (node, true);
            to.Define(node, Alternatives(isNested: false));
            if (_at < text.Length && text[_at] is not ('\r' or '\n') && !IsAtLineStart()) throw Wrong(
                $"'{text[_at]}' is not expected here");
        }

        private bool IsAtLineStart() => text.AsSpan(0, _at).TrimEnd(" \t").EndsWith("\n");

        private int NodeOf(string name)
        {
            if (!_rules.TryGetValue(name, out var rule)) _rules[name] = rule = (to.Rule(), false);
            return rule.Node;
        }

        private int Alternatives(bool isNested)
        {
            if (++_depth > DepthMax) throw Wrong($"groups are nested more than {DepthMax} deep");
            List<int> parts = [Sequence(isNested)];
            while (TryTake("|")) parts.Add(Sequence(isNested: true));
            _depth--;
            return to.Choice([.. parts]);
        }

        private int Sequence(bool isNested)
        {
            List<int> parts = [];
            for (SkipBlanks(isNested || parts.Count == 0); TryItem() is { } item; SkipBlanks(isNested)) parts.Add(Counted(item));
            return to.Sequence([.. parts]);
        }

        private int? TryItem()
        {
            if (TryTake("\"")) return Quoted();
            if (TryTake("[")) return CodePoints.Of(to, Class());
            if (TryTake(".")) return CodePoints.Of(to, [(0, CodePoints.Last)]);
            if (TryTake("("))
            {
                var group = Alternatives(isNested: true);
                return TryTake(")") ? group : throw Wrong("'(' is not closed");
            }

            var start = _at;
            if (Name() is not { } name) return null;
            var end = _at;
            SkipBlanks(withLineEnds: false);
            // The name of the next rule ends this one.
            if (string.CompareOrdinal(text, _at, "::=", 0, 3) == 0)
            {
                _at = start;
                return null;
            }

            _at = end;
            return NodeOf(name);
        }

        private int Counted(int item)
        {
            while (true)
            {
                if (TryTake("*")) item = to.Repeat(item, 0, null);
                else if (TryTake("+")) item = to.Repeat(item, 1, null);
                else if (TryTake("?")) item = to.Repeat(item, 0, 1);
                else if (TryTake("{")) item = Braces(item);
                else return item;
            }
        }

        private int Braces(int item)
        {
            var end = text.IndexOf('}', _at);
            var parts = end < 0 ? [] : text[_at..end].Split(',');
            if (parts.Length is < 1 or > 2 || !TryCount(parts[0], out var least)) throw Wrong("'{' must hold one or two numbers");
            int? most = least;
            if (parts.Length == 2 && parts[1].Trim().Length == 0) most = null;
            else if (parts.Length == 2) most = TryCount(parts[1], out var count) ? count : throw Wrong("'{' must hold numbers");
            if (most < least) throw Wrong($"{{{least},{most}}} is no range");
            _at = end + 1;
            return to.Repeat(item, least, most);
        }

        private static bool TryCount(string digits, out int count) =>
            int.TryParse(digits.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out count);

        private int Quoted()
        {
            var content = new StringBuilder();
            while (!TryTake("\"")) content.Append(new Rune(Character("'\"' is not closed")).ToString());
            return to.Text(content.ToString());
        }

        private List<(int First, int Last)> Class()
        {
            var isNegated = TryTake("^");
            List<(int First, int Last)> ranges = [];
            while (!TryTake("]"))
            {
                var first = Character("'[' is not closed");
                var last = first;
                if (_at + 1 < text.Length && text[_at] == '-' && text[_at + 1] != ']')
                {
                    _at++;
                    last = Character("'[' is not closed");
                }

                if (last < first) throw Wrong("a range in '[' has no order");
                ranges.Add((first, last));
            }

            return isNegated ? [.. CodePoints.Except(ranges)] : ranges;
        }

        private int Character(string unclosed)
        {
            if (_at >= text.Length || text[_at] is '\n' or '\r') throw Wrong(unclosed);
            if (TryTake("\\")) return Escape(unclosed);
            if (!Rune.TryGetRuneAt(text, _at, out var rune)) throw Wrong("half of a surrogate pair is no character");
            _at += rune.Utf16SequenceLength;
            return rune.Value;
        }

        private int Escape(string unclosed)
        {
            if (_at >= text.Length) throw Wrong(unclosed);
            var letter = text[_at++];
            return letter switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'x' => Hex(2),
                'u' => Hex(4),
                'U' => Hex(8),
                '\\' or '"' or '[' or ']' => letter,
                _ => throw Wrong($"'\\{letter}' is no escape"),
            };
        }

        private int Hex(int digits)
        {
            if (_at + digits <= text.Length
                && int.TryParse(text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
                && Rune.IsValid(value))
            {
                _at += digits;
                return value;
            }

            throw Wrong("an escape in hexadecimal digits names no character");
        }

        private string? Name()
        {
            var start = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '_')) _at++;
            return _at > start ? text[start.._at] : null;
        }

        private void SkipBlanks(bool withLineEnds)
        {
            for (; _at < text.Length; _at++)
            {
                if (text[_at] == '#')
                {
                    while (_at < text.Length && text[_at] is not ('\n' or '\r')) _at++;
                    if (_at == text.Length) return;
                }

                if (text[_at] is '\n' or '\r' ? !withLineEnds : text[_at] is not (' ' or '\t')) return;
            }
        }

        private bool TryTake(string what)
        {
            if (string.CompareOrdinal(text, _at, what, 0, what.Length) != 0) return false;
            _at += what.Length;
            return true;
        }

        private GrammarException Wrong(string what)
        {
            var line = text.AsSpan(0, Math.Min(_at, text.Length)).Count('\n') + 1;
            var column = Math.Min(_at, text.Length) - (text.LastIndexOf('\n', Math.Max(0, Math.Min(_at, text.Length) - 1)) + 1) + 1;
            return new GrammarException($"{line}:{column}", $"The grammar is wrong at line {line}, column {column}: {what}.");
        }
    }
}
