using System.Buffers;

namespace Kantor.Engine.Backends;

/// <summary>Text to tokens and back for one model. Thread-safe; pure apart from the model it reads.</summary>
public interface ITokenizer
{
    /// <summary>Number of tokens; valid ids are 0 to this minus one.</summary>
    int VocabularySize { get; }

    /// <summary>
    /// Tokens of <paramref name="text"/>. With <paramref name="parseSpecial"/> false, text that looks like a control token (such as
    /// <c>&lt;|im_start|&gt;</c>) is ordinary text; only the chat template's own parts are encoded with it true.
    /// </summary>
    int[] Encode(string text, bool addBos, bool parseSpecial);

    /// <summary>Appends the UTF-8 bytes of one token; a token may be a part of a character. Control tokens append nothing.</summary>
    void Decode(int token, IBufferWriter<byte> utf8);

    /// <summary>Whether the model ends its answer with this token.</summary>
    bool IsEndOfGeneration(int token);

    /// <summary>
    /// The prompt's tokens for a conversation, ending where the assistant is to speak. User text never becomes a control token.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model file carries no chat template that is understood; says which.</exception>
    int[] EncodeChat(IReadOnlyList<ChatTurn> turns);
}

/// <summary>One message of a conversation, as the template sees it.</summary>
/// <param name="Role">system, user or assistant.</param>
/// <param name="Text">Plain text.</param>
public sealed record ChatTurn(string Role, string Text);
