using System.Text;

namespace Kantor.Engine.Backends.Scripted;

/// <summary>What a <see cref="ScriptedBackend"/> says.</summary>
public static class ScriptedLanguage
{
    private static ReadOnlySpan<byte> Letters => "eeeetttaaaooinnsshhrrdlu    .,"u8;

    /// <summary>
    /// A language whose answers to conversations are always this text and then the end. For
    /// <see cref="ScriptedBackendOptions.NextToken"/>.
    /// </summary>
    public static Func<IReadOnlyList<int>, int?> Answering(string text)
    {
        var answer = Encoding.UTF8.GetBytes(text);
        return tokens => AnswerLength(tokens) is var spoken && spoken < answer.Length ? answer[spoken] : ScriptedTokenizer.MessageEnd;
    }

    /// <summary>
    /// The built-in language: letters chosen by the state, now and then a character of two or four bytes, spread over as many tokens.
    /// </summary>
    internal static int NextToken(ulong state, int token, int? endsOneIn)
    {
        var chance = ScriptedCells.Mix(state);
        return token switch
        {
            0xF0 => 0x9F,
            0x9F => 0x98,
            0x98 => 0x80 + (int)(chance % 16),
            0xC3 => 0xA0 + (int)(chance % 16),
            _ when endsOneIn is { } rarity && chance % (ulong)rarity == 0 => ScriptedTokenizer.MessageEnd,
            _ when (chance >> 32) % 24 == 0 => 0xF0,
            _ when (chance >> 32) % 24 == 1 => 0xC3,
            _ => Letters[(int)((chance >> 32) % (ulong)Letters.Length)],
        };
    }

    /// <summary>Tokens after the last message start and its role line.</summary>
    private static int AnswerLength(IReadOnlyList<int> tokens)
    {
        var start = tokens.Count - 1;
        while (start >= 0 && tokens[start] != ScriptedTokenizer.MessageStart) start--;
        var line = start + 1;
        while (line < tokens.Count && tokens[line] != '\n') line++;
        return Math.Max(0, tokens.Count - line - 1);
    }
}
