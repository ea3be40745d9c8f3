using System.Globalization;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Text;

/// <summary>
/// Regular expressions, in the part of ECMAScript's syntax that names a regular language: characters, classes, escapes, groups,
/// alternatives, counted repetitions, and anchors at the ends. Without <c>^</c> or <c>$</c> anything may stand before or behind, as a
/// search would have it. What looks around or back is refused.
/// </summary>
public static class RegexGrammar
{
    /// <summary>The grammar of all texts that a pattern matches from end to end.</summary>
    /// <exception cref="GrammarException">The pattern is malformed, or names no regular language.</exception>
    public static Grammar Of(string pattern)
    {
        var builder = new GrammarBuilder();
        return builder.Build(WholeOf(builder, pattern));
    }

    /// <summary>The node of all texts that a pattern matches from end to end.</summary>
    /// <exception cref="GrammarException">As <see cref="Of"/>.</exception>
    public static int WholeOf(GrammarBuilder builder, string pattern)
    {
        var inner = pattern[(pattern.StartsWith('^') ? 1 : 0)..(pattern.Length - (EndsInAnchor(pattern) ? 1 : 0))];
        return new RegexReader(builder, inner, ranges => CodePoints.Of(builder, ranges)).Read();
    }

    /// <summary>The node of all texts in which a pattern is found, each character written as <paramref name="write"/> says.</summary>
    internal static int NodeOf(GrammarBuilder builder, string pattern, Func<IReadOnlyList<(int First, int Last)>, int> write)
    {
        var any = builder.Repeat(write([(0, CodePoints.Last)]), 0, null);
        var isStart = pattern.StartsWith('^');
        var isEnd = EndsInAnchor(pattern);
        var inner = pattern[(isStart ? 1 : 0)..(pattern.Length - (isEnd ? 1 : 0))];
        var node = new RegexReader(builder, inner, write).Read();
        return builder.Sequence(isStart ? builder.Empty() : any, node, isEnd ? builder.Empty() : any);
    }

    private static bool EndsInAnchor(string pattern)
    {
        if (pattern.Length < 2 || !pattern.EndsWith('$')) return pattern == "$";
        var escapes = 0;
        for (var index = pattern.Length - 2; index >= 0 && pattern[index] == '\\'; index--) escapes++;
        return escapes % 2 == 0;
    }

    /// <summary>Reads a pattern once, from left to right.</summary>
    private sealed class RegexReader(GrammarBuilder to, string pattern, Func<IReadOnlyList<(int First, int Last)>, int> write)
    {
        private const int GroupsMax = 100;

        private static readonly (int First, int Last)[] Digits = [('0', '9')];
        private static readonly (int First, int Last)[] Words = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
        private static readonly (int First, int Last)[] Blanks =
            [('\t', '\r'), (' ', ' '), (0xA0, 0xA0), (0x2028, 0x2029), (0xFEFF, 0xFEFF)];
        private static readonly (int First, int Last)[] LineEnds = [('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)];

        private int _at;
        private int _depth;

        public int Read()
        {
            var node = Alternatives();
            return _at == pattern.Length ? node : throw Wrong($"'{pattern[_at]}' closes no group");
        }

        private int Alternatives()
        {
            if (++_depth > GroupsMax) throw Wrong($"groups are nested more than {GroupsMax} deep");
            List<int> parts = [Sequence()];
            while (TryTake('|')) parts.Add(Sequence());
            _depth--;
            return to.Choice([.. parts]);
        }

        private int Sequence()
        {
            List<int> parts = [];
            while (_at < pattern.Length && pattern[_at] is not ('|' or ')')) parts.Add(Counted(Atom()));
            return to.Sequence([.. parts]);
        }

        private int Counted(int atom)
        {
            var (least, most) = TryTake('*') ? (0, (int?)null)
                : TryTake('+') ? (1, null)
                : TryTake('?') ? (0, 1)
                : TryTakeBraces() ?? (1, 1);
            // Which match is found first makes no difference to whether there is one.
            TryTake('?');
            if (_at < pattern.Length && pattern[_at] is '*' or '+' && (least, most) != (1, 1)) throw Wrong("a repetition is repeated");
            if (least > most) throw Wrong($"{{{least},{most}}} is no range");
            return to.Repeat(atom, least, most);
        }

        private (int Least, int? Most)? TryTakeBraces()
        {
            if (_at == pattern.Length || pattern[_at] != '{') return null;
            var end = pattern.IndexOf('}', _at);
            if (end < 0) throw Wrong("'{' is not closed; write \\{ for the character");
            var parts = pattern[(_at + 1)..end].Split(',');
            if (parts.Length > 2 || !TryCount(parts[0], out var least))
            {
                throw Wrong("'{' must be followed by numbers; write \\{ for the character");
            }

            _at = end + 1;
            if (parts.Length == 1) return (least, least);
            if (parts[1].Length == 0) return (least, null);
            return TryCount(parts[1], out var most) ? (least, most) : throw Wrong("'{' must be followed by numbers");
        }

        private static bool TryCount(string text, out int count) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);

        private int Atom()
        {
            var character = Next();
            switch (character)
            {
                case '(': return Group();
                case '[': return write(Class());
                case '.': return write([.. CodePoints.Except(LineEnds)]);
                case '\\': return write(Escape(inClass: false));
                case '^' or '$': throw Wrong($"'{(char)character}' may stand at the ends only");
                case '*' or '+' or '?' or '{': throw Wrong($"'{(char)character}' has nothing to repeat");
                default: return write([(character, character)]);
            }
        }

        private int Group()
        {
            if (TryTake('?'))
            {
                if (TryTake('<') && _at < pattern.Length && pattern[_at] is not ('=' or '!')) SkipName();
                else if (!TryTake(':')) throw Wrong("groups that look ahead or back are not regular");
            }

            var node = Alternatives();
            return TryTake(')') ? node : throw Wrong("'(' is not closed");
        }

        private void SkipName()
        {
            var end = pattern.IndexOf('>', _at);
            if (end < 0) throw Wrong("the name of a group is not closed");
            _at = end + 1;
        }

        private List<(int First, int Last)> Class()
        {
            var isNegated = TryTake('^');
            List<(int First, int Last)> ranges = [];
            while (!TryTake(']'))
            {
                if (_at == pattern.Length) throw Wrong("'[' is not closed");
                ranges.AddRange(ClassItem());
            }

            if (isNegated) ranges = [.. CodePoints.Except(ranges)];
            return ranges.Count > 0 ? ranges : throw Wrong("'[]' matches nothing");
        }

        private IReadOnlyList<(int First, int Last)> ClassItem()
        {
            var first = ClassCharacter();
            var isRange = first is [var (low, high)] && low == high && _at + 1 < pattern.Length && pattern[_at] == '-'
                && pattern[_at + 1] != ']';
            if (!isRange) return first;
            _at++;
            var last = ClassCharacter();
            if (last is not [var (from, upTo)] || from != upTo || upTo < first[0].First) throw Wrong("a range in '[' has no order");
            return [(first[0].First, upTo)];
        }

        private IReadOnlyList<(int First, int Last)> ClassCharacter()
        {
            var character = Next();
            return character == '\\' ? Escape(inClass: true) : [(character, character)];
        }

        private IReadOnlyList<(int First, int Last)> Escape(bool inClass)
        {
            var letter = Next();
            switch (letter)
            {
                case 'd': return Digits;
                case 'D': return [.. CodePoints.Except(Digits)];
                case 'w': return Words;
                case 'W': return [.. CodePoints.Except(Words)];
                case 's': return Blanks;
                case 'S': return [.. CodePoints.Except(Blanks)];
                case 'b' when inClass: return One('\b');
                case 'n': return One('\n');
                case 'r': return One('\r');
                case 't': return One('\t');
                case 'f': return One('\f');
                case 'v': return One('\v');
                case '0': return One('\0');
                case 'x': return One(Hex(2));
                case 'u': return One(TryTake('{') ? Braced() : Hex(4));
                case >= '1' and <= '9': throw Wrong("what refers back to a group is not regular");
                case 'b' or 'B' or 'k' or 'p' or 'P' or 'c': throw Wrong($"'\\{(char)letter}' is not supported");
                default: return One(letter);
            }
        }

        private static IReadOnlyList<(int First, int Last)> One(int character) => [(character, character)];

        private int Braced()
        {
            var end = pattern.IndexOf('}', _at);
            if (end < 0 || end - _at > 6) throw Wrong("'\\u{' is not closed");
            var value = Hex(end - _at);
            _at++;
            return value;
        }

        private int Hex(int digits)
        {
            if (_at + digits <= pattern.Length && digits > 0
                && int.TryParse(pattern.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
                && value is >= 0 and (< 0xD800 or > 0xDFFF) and <= CodePoints.Last)
            {
                _at += digits;
                return value;
            }

            throw Wrong("an escape in hexadecimal digits names no character");
        }

        private int Next()
        {
            if (_at == pattern.Length) throw Wrong("it ends in the middle");
            var isPair = char.IsHighSurrogate(pattern[_at]) && _at + 1 < pattern.Length && char.IsLowSurrogate(pattern[_at + 1]);
            var character = isPair ? char.ConvertToUtf32(pattern[_at], pattern[_at + 1]) : pattern[_at];
            _at += isPair ? 2 : 1;
            return character;
        }

        private bool TryTake(char character)
        {
            if (_at == pattern.Length || pattern[_at] != character) return false;
            _at++;
            return true;
        }

        private GrammarException Wrong(string what) =>
            new(string.Create(
                CultureInfo.InvariantCulture, $"{_at + 1}"), $"The regular expression cannot be followed at character {_at + 1}: {what}.");
    }
}
