using System.Security.Cryptography;
using System.Text;
using Kantor.OpenAi.Responses;

namespace Kantor.Server.Tools;

/// <summary>
/// Tells the text of one answer from its calls while it grows, in time linear in its length. What may be the beginning of a tag is held
/// back until that is certain. The answer is of the language of <see cref="ToolGrammar"/>, possibly cut short.
/// </summary>
internal sealed class ToolCallReader
{
    private readonly StringBuilder _held = new();
    private Place _place = Place.Text;
    private int _calls;
    private int _depth;
    private bool _isQuoted;
    private bool _isEscaped;

    /// <summary>Where in the answer the reader is.</summary>
    private enum Place
    {
        Text,
        Head,
        Arguments,
        Tail,
    }

    /// <summary>Whether a call was begun.</summary>
    public bool HasCalls => _calls > 0;

    /// <summary>Takes more of the answer; writes what became certain of its text, and of its calls.</summary>
    public void Append(string piece, StringBuilder text, List<CallPiece> calls)
    {
        var arguments = new StringBuilder();
        foreach (var character in piece)
        {
            _held.Append(character);
            switch (_place)
            {
                case Place.Text: ReadText(text); break;
                case Place.Head: ReadHead(calls); break;
                case Place.Arguments: ReadArguments(character, arguments, calls); break;
                default: ReadTail(); break;
            }
        }

        Flush(arguments, calls);
    }

    /// <summary>The answer is over: what was held back of its text is text.</summary>
    public void Finish(StringBuilder text)
    {
        if (_place == Place.Text && !HasCalls) text.Append(_held);
        _held.Clear();
    }

    private void ReadText(StringBuilder text)
    {
        if (_held[^1] == '>' && Ends(_held, ToolText.CallStart))
        {
            _held.Length -= ToolText.CallStart.Length;
            if (!HasCalls) text.Append(_held);
            _held.Clear();
            _place = Place.Head;
            return;
        }

        // After a call there are line ends and further calls only.
        if (HasCalls) return;
        var held = LongestBeginning();
        text.Append(_held, 0, _held.Length - held);
        _held.Remove(0, _held.Length - held);
    }

    private int LongestBeginning()
    {
        for (var length = Math.Min(ToolText.CallStart.Length - 1, _held.Length); length > 0; length--)
        {
            if (Ends(_held, ToolText.CallStart.AsSpan(0, length))) return length;
        }

        return 0;
    }

    private void ReadHead(List<CallPiece> calls)
    {
        if (_held[^1] != ' ' || _held.Length <= ToolText.NameStart.Length || !Ends(_held, ToolText.ArgumentsStart)) return;
        var name = _held.ToString(ToolText.NameStart.Length, _held.Length - ToolText.NameStart.Length - ToolText.ArgumentsStart.Length);
        calls.Add(new CallPiece(_calls++, NewId(), name, ""));
        _held.Clear();
        (_place, _depth, _isQuoted, _isEscaped) = (Place.Arguments, 0, false, false);
    }

    private void ReadArguments(char character, StringBuilder arguments, List<CallPiece> calls)
    {
        _held.Clear();
        arguments.Append(character);
        if (_isEscaped) _isEscaped = false;
        else if (_isQuoted && character == '\\') _isEscaped = true;
        else if (character == '"') _isQuoted = !_isQuoted;
        else if (!_isQuoted && character is '{' or '[') _depth++;
        else if (!_isQuoted && character is '}' or ']' && --_depth == 0)
        {
            Flush(arguments, calls);
            _place = Place.Tail;
        }
    }

    private void ReadTail()
    {
        if (!Ends(_held, ToolText.CallEnd)) return;
        _held.Clear();
        _place = Place.Text;
    }

    private void Flush(StringBuilder arguments, List<CallPiece> calls)
    {
        if (arguments.Length > 0) calls.Add(new CallPiece(_calls - 1, null, null, arguments.ToString()));
        arguments.Clear();
    }

    private static bool Ends(StringBuilder text, ReadOnlySpan<char> ending)
    {
        if (text.Length < ending.Length) return false;
        for (var index = 0; index < ending.Length; index++)
        {
            if (text[text.Length - ending.Length + index] != ending[index]) return false;
        }

        return true;
    }

    private static string NewId() => $"call_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}";
}
