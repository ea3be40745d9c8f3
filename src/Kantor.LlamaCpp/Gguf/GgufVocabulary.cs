using System.Collections;

namespace Kantor.LlamaCpp.Gguf;

/// <summary>
/// What the tokenizer arrays must satisfy so that the native tokenizer cannot end the process: it stops on tokens that occur twice, and a
/// SentencePiece vocabulary that cannot spell some byte fails when a user sends it.
/// </summary>
internal sealed class GgufVocabulary
{
    private const int TokensMax = 1 << 20;
    private const int TokenBytesMax = 1 << 16;
    private const int TypeByte = 6;
    private const int ByteSpellingLength = 6;
    private readonly BitArray _spelled = new(256);
    private BitArray _isByteSpelling = new(0);
    private BitArray _isByteType = new(0);
    private long? _scores;
    private long? _types;

    /// <summary>Tokens of the vocabulary; 0 when the file carries none.</summary>
    public int Size { get; private set; }

    /// <summary>Reads <paramref name="key"/> when it is one of the arrays that are checked; false leaves the cursor where it is.</summary>
    public bool TryRead(string key, GgufValueType type, long count, GgufCursor cursor)
    {
        switch (key)
        {
            case "tokenizer.ggml.tokens":
                RequireType(type == GgufValueType.String, key, "texts", cursor);
                ReadTokens(count, cursor);
                return true;
            case "tokenizer.ggml.token_type":
                RequireType(type == GgufValueType.Int32, key, "signed 32-bit numbers", cursor);
                ReadTypes(count, cursor);
                return true;
            case "tokenizer.ggml.scores":
                RequireType(type is GgufValueType.Float32 or GgufValueType.Int32, key, "32-bit numbers", cursor);
                _scores = count;
                return false;
            case "tokenizer.ggml.merges":
                RequireType(type == GgufValueType.String, key, "texts", cursor);
                return false;
            default:
                return false;
        }
    }

    /// <summary>Checks the arrays against each other once all metadata are read.</summary>
    public void Check(string? tokenizer, GgufCursor cursor)
    {
        if (Size == 0) return;
        cursor.Section = "tokenizer";
        if (_scores < Size) throw cursor.Error($"there are {_scores} scores for {Size} tokens.");
        if (_types < Size) throw cursor.Error($"there are {_types} token types for {Size} tokens.");
        if (tokenizer is not ("llama" or "t5")) return;
        for (int i = 0; i < Math.Min(Size, _isByteType.Count); i++)
        {
            if (_isByteType[i] && !_isByteSpelling[i])
            {
                throw cursor.Error($"token {i} is of type byte but is not spelled as <0x00> to <0xFF>.");
            }
        }

        if (tokenizer != "llama") return;
        for (int b = 0; b < 256; b++)
        {
            if (!_spelled[b])
            {
                throw cursor.Error(FormattableString.Invariant($"no token spells the byte 0x{b:X2}, so some texts cannot be tokenised."));
            }
        }
    }

    private void ReadTokens(long count, GgufCursor cursor)
    {
        if (count > TokensMax) throw cursor.Error($"the vocabulary has {count} tokens; at most {TokensMax} are supported.");
        Size = (int)count;
        _isByteSpelling = new(Size);
        ulong[] hashes = new ulong[Size];
        for (int i = 0; i < Size; i++)
        {
            int bytes = (int)cursor.ReadCount("the length of a token", TokenBytesMax);
            hashes[i] = Note(i, cursor.Take(bytes, "a token"));
        }

        Array.Sort(hashes);
        for (int i = 1; i < Size; i++)
        {
            if (hashes[i] == hashes[i - 1]) throw cursor.Error("tokenizer.ggml.tokens holds the same token twice.");
        }
    }

    private ulong Note(int index, ReadOnlySpan<byte> token)
    {
        // The library reads tokens as zero-terminated and renames empty ones by their index.
        int end = token.IndexOf((byte)0);
        if (end >= 0) token = token[..end];
        if (token.IsEmpty) return Hash("[EMPTY]"u8) + (ulong)index;
        if (token.Length == 1) _spelled[token[0]] = true;
        if (TryParseByte(token, out byte value))
        {
            _isByteSpelling[index] = true;
            _spelled[value] = true;
        }

        return Hash(token);
    }

    private void ReadTypes(long count, GgufCursor cursor)
    {
        _types = count;
        if (count > TokensMax) throw cursor.Error($"there are {count} token types; at most {TokensMax} are supported.");
        _isByteType = new((int)count);
        for (int i = 0; i < count; i++) _isByteType[i] = cursor.ReadUInt32("the token types") == TypeByte;
    }

    private static bool TryParseByte(ReadOnlySpan<byte> token, out byte value)
    {
        value = 0;
        return token.Length == ByteSpellingLength && token.StartsWith("<0x"u8) && token[5] == (byte)'>'
            && !token[3..5].ContainsAnyInRange((byte)'a', (byte)'f')
            && byte.TryParse(token[3..5], System.Globalization.NumberStyles.AllowHexSpecifier, null, out value);
    }

    // FNV-1a, 64 bits: a chance collision among a million tokens has probability 3e-8.
    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in bytes) hash = (hash ^ b) * 0x100000001B3;
        return hash;
    }

    private static void RequireType(bool holds, string key, string wanted, GgufCursor cursor)
    {
        if (!holds) throw cursor.Error($"{key} must be an array of {wanted}.");
    }
}
