using System.Buffers;
using System.Text;
using Kantor.Engine.Backends;

namespace Kantor.Engine.Streams;

/// <summary>One choice's way from tokens to text: bytes, whole characters, stop texts.</summary>
/// <remarks>Owner: the loop thread.</remarks>
public sealed class TextPipeline(ITokenizer tokenizer, IReadOnlyList<string> stopTexts)
{
    private readonly ArrayBufferWriter<byte> _bytes = new(16);
    private readonly Utf8Assembler _characters = new();
    private readonly StopTextMatcher _stops = new(stopTexts);
    private readonly StringBuilder _text = new();

    /// <summary>Whether a stop text ended the choice.</summary>
    public bool HasStopped => _stops.HasStopped;

    /// <summary>The stop text that ended the choice; null while none has.</summary>
    public string? StopText => _stops.Found;

    /// <summary>Bytes of the last token appended.</summary>
    public ReadOnlySpan<byte> LastTokenBytes => _bytes.WrittenSpan;

    /// <summary>
    /// Takes a token; returns the text that became certain. A stop text counts only in what is appended while they are looked for.
    /// </summary>
    public string Append(int token, bool looksForStops = true)
    {
        _bytes.ResetWrittenCount();
        tokenizer.Decode(token, _bytes);
        var characters = _characters.Append(_bytes.WrittenSpan);
        if (looksForStops) _stops.Append(characters, _text);
        else _text.Append(characters);
        return TakeText();
    }

    /// <summary>No token follows; returns what was held back.</summary>
    public string Finish()
    {
        _stops.Append(_characters.Finish(), _text);
        _stops.Finish(_text);
        return TakeText();
    }

    private string TakeText()
    {
        if (_text.Length == 0) return "";
        var text = _text.ToString();
        _text.Clear();
        return text;
    }
}
