using System.Text;

namespace Kantor.Engine.Streams;

/// <summary>
/// Turns the bytes of tokens into whole characters. A character that is still incomplete is held back; bytes that can belong to no
/// character become U+FFFD as soon as that is certain, an incomplete rest at the end. Concatenated, the output equals decoding all bytes at
/// once.
/// </summary>
public sealed class Utf8Assembler
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private char[] _characters = new char[32];

    /// <summary>Takes bytes and returns the characters that are whole now. The span is valid until the next call.</summary>
    public ReadOnlySpan<char> Append(ReadOnlySpan<byte> bytes) => Convert(bytes, isEnd: false);

    /// <summary>No byte follows: returns U+FFFD for an incomplete rest, else nothing.</summary>
    public ReadOnlySpan<char> Finish() => Convert([], isEnd: true);

    private ReadOnlySpan<char> Convert(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        var needed = _decoder.GetCharCount(bytes, isEnd);
        if (needed > _characters.Length) _characters = new char[needed * 2];
        return _characters.AsSpan(0, _decoder.GetChars(bytes, _characters, isEnd));
    }
}
