using System.Buffers;
using System.Text;

namespace Kantor.Engine.Backends.Scripted;

/// <summary>
/// One token per UTF-8 byte, and four control tokens: begin of text, <c>&lt;|im_start|&gt;</c>, <c>&lt;|im_end|&gt;</c> (which also ends an
/// answer) and end of text. Conversations are encoded as ChatML.
/// </summary>
public sealed class ScriptedTokenizer : ITokenizer
{
    /// <summary>Begin of text.</summary>
    public const int BeginOfText = 256;

    /// <summary>Begin of a message.</summary>
    public const int MessageStart = 257;

    /// <summary>End of a message; ends an answer.</summary>
    public const int MessageEnd = 258;

    /// <summary>End of text; ends an answer.</summary>
    public const int EndOfText = 259;

    private static readonly (string Text, int Token)[] Control =
        [("<|im_start|>", MessageStart), ("<|im_end|>", MessageEnd), ("<|end_of_text|>", EndOfText), ("<|begin_of_text|>", BeginOfText)];

    /// <summary>A token at which <see cref="Decode"/> throws; null for none.</summary>
    public int? UndecodableToken { get; init; }

    /// <inheritdoc/>
    public int VocabularySize => 260;

    /// <inheritdoc/>
    public int[] Encode(string text, bool addBos, bool parseSpecial)
    {
        var tokens = new List<int>();
        if (addBos) tokens.Add(BeginOfText);
        if (parseSpecial) AppendWithControl(text, tokens);
        else AppendBytes(text, tokens);
        return [.. tokens];
    }

    /// <inheritdoc/>
    public void Decode(int token, IBufferWriter<byte> utf8)
    {
        if (token == UndecodableToken) throw new InvalidOperationException($"Scripted to fail on token {token}.");
        if (token > 255) return;
        utf8.GetSpan(1)[0] = (byte)token;
        utf8.Advance(1);
    }

    /// <inheritdoc/>
    public bool IsEndOfGeneration(int token) => token is MessageEnd or EndOfText;

    /// <inheritdoc/>
    public int[] EncodeChat(IReadOnlyList<ChatTurn> turns)
    {
        var tokens = new List<int> { BeginOfText };
        foreach (var turn in turns)
        {
            tokens.Add(MessageStart);
            AppendBytes(turn.Role + "\n" + turn.Text, tokens);
            tokens.Add(MessageEnd);
            AppendBytes("\n", tokens);
        }

        tokens.Add(MessageStart);
        AppendBytes("assistant\n", tokens);
        return [.. tokens];
    }

    private static void AppendWithControl(string text, List<int> tokens)
    {
        while (text.Length > 0)
        {
            var (at, length, token) = NextControl(text);
            AppendBytes(text[..at], tokens);
            if (length > 0) tokens.Add(token);
            text = text[(at + length)..];
        }
    }

    private static (int At, int Length, int Token) NextControl(string text)
    {
        var next = (At: text.Length, Length: 0, Token: 0);
        foreach (var (control, token) in Control)
        {
            if (text.IndexOf(control, StringComparison.Ordinal) is >= 0 and var at && at < next.At) next = (at, control.Length, token);
        }

        return next;
    }

    private static void AppendBytes(string text, List<int> tokens)
    {
        foreach (var value in Encoding.UTF8.GetBytes(text)) tokens.Add(value);
    }
}
