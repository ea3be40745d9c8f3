using System.Buffers;
using System.Text;

namespace Kantor.OpenAi.Responses;

/// <summary>
/// Where each token of a choice begins in the text that is sent, in characters (code points). A character belongs to the token with its
/// first byte; bytes that can belong to no character are U+FFFD in the text, one for each of the decoder's replacements.
/// </summary>
internal sealed class TextOffsets
{
    private readonly List<byte> _begun = [];
    private int _characters;

    /// <summary>The place of the next token, which has these bytes.</summary>
    public int Next(ReadOnlySpan<byte> bytes)
    {
        var offset = _characters + (_begun.Count > 0 ? 1 : 0);
        _begun.AddRange(bytes);
        Count();
        return offset;
    }

    private void Count()
    {
        ReadOnlySpan<byte> rest = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_begun);
        while (!rest.IsEmpty && Rune.DecodeFromUtf8(rest, out _, out var consumed) is not OperationStatus.NeedMoreData)
        {
            _characters++;
            rest = rest[consumed..];
        }

        _begun.RemoveRange(0, _begun.Count - rest.Length);
    }
}
