using System.Globalization;
using Kantor.LlamaCpp.Gguf;

namespace Kantor.LlamaCpp.Fake;

/// <summary>
/// A tokenizer of any size that can spell every UTF-8 text: the 256 bytes, then pairs of shorter pieces in a fixed order, then the control
/// tokens of ChatML. Pieces are letter groups, not words of a language; the point is a vocabulary of the right size that never fails.
/// </summary>
internal static class FakeVocabulary
{
    public const int ControlTokens = 3;
    public const int SizeMax = 400_000;
    public const string EndOfText = "<|endoftext|>";
    public const string TurnStart = "<|im_start|>";
    public const string TurnEnd = "<|im_end|>";

    public const string ChatTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% "
            + "endfor %}" +
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private const string Letters = "etaoinshrdlucmfwypvbgkjqxz";
    private const int TypeNormal = 1;
    private const int TypeControl = 3;
    private const int TypeByte = 6;

    /// <summary>Adds tokens, merges or scores, control ids and the chat template to <paramref name="writer"/>.</summary>
    public static void Write(GgufWriter writer, FakeModelSpec spec)
    {
        if (spec.Tokenizer == FakeTokenizer.Gpt2) WriteGpt2(writer, spec.Vocabulary);
        else WriteSentencePiece(writer, spec.Vocabulary);
        int control = spec.Vocabulary - ControlTokens;
        writer.Add("tokenizer.ggml.bos_token_id", (uint)control);
        writer.Add("tokenizer.ggml.eos_token_id", (uint)(control + 2));
        writer.Add("tokenizer.ggml.padding_token_id", (uint)control);
        writer.Add("tokenizer.ggml.add_bos_token", false);
        writer.Add("tokenizer.chat_template", ChatTemplate);
    }

    /// <summary>The character that byte-level vocabularies write for a byte: itself when printable, else one from U+0100 on.</summary>
    public static char CharacterOfByte(byte value)
    {
        if (IsPrintable(value)) return (char)value;
        int rank = 0;
        for (int b = 0; b < value; b++)
        {
            if (!IsPrintable((byte)b)) rank++;
        }

        return (char)(256 + rank);
    }

    private static bool IsPrintable(byte b) => b is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or >= 0xAE;

    private static void WriteGpt2(GgufWriter writer, int size)
    {
        var tokens = new List<string>(size);
        for (int b = 0; b < 256; b++) tokens.Add(CharacterOfByte((byte)b).ToString());
        var merges = new List<string>(size);
        foreach ((string left, string right) in Pairs(CharacterOfByte((byte)' ').ToString()).Take(size - 256 - ControlTokens))
        {
            tokens.Add(left + right);
            merges.Add($"{left} {right}");
        }

        // The loader wants the list to exist; a merge whose result is no token is never applied.
        if (merges.Count == 0) merges.Add("e t");
        tokens.AddRange([EndOfText, TurnStart, TurnEnd]);
        writer.Add("tokenizer.ggml.model", "gpt2");
        writer.Add("tokenizer.ggml.pre", "gpt-2");
        writer.Add("tokenizer.ggml.tokens", tokens);
        writer.Add("tokenizer.ggml.token_type", Types(size, bytes: 0));
        writer.Add("tokenizer.ggml.merges", merges);
    }

    private static void WriteSentencePiece(GgufWriter writer, int size)
    {
        const string Space = "\u2581";
        var tokens = new List<string>(size);
        for (int b = 0; b < 256; b++) tokens.Add(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>"));
        IEnumerable<string> pieces = Letters.Select(c => c.ToString()).Prepend(Space).Concat(Pairs(Space).Select(p => p.Left + p.Right));
        tokens.AddRange(pieces.Take(size - 256 - ControlTokens));
        tokens.AddRange([EndOfText, TurnStart, TurnEnd]);
        writer.Add("tokenizer.ggml.model", "llama");
        writer.Add("tokenizer.ggml.tokens", tokens);
        // A piece made earlier is merged first, as in a trained vocabulary.
        writer.Add("tokenizer.ggml.scores", Enumerable.Range(0, size).Select(i => i < 256 ? 0f : 256f - i).ToArray());
        writer.Add("tokenizer.ggml.token_type", Types(size, bytes: 256));
    }

    private static int[] Types(int size, int bytes)
    {
        int[] types = new int[size];
        for (int i = 0; i < size; i++) types[i] = i < bytes ? TypeByte : i < size - ControlTokens ? TypeNormal : TypeControl;
        return types;
    }

    // Two letters, four letters as two twos, each also with a space in front: 2 x (26² + 26⁴) pieces, more than SizeMax, all different.
    private static IEnumerable<(string Left, string Right)> Pairs(string space)
    {
        string[] letters = [.. Letters.Select(c => c.ToString())];
        string[] twos = [.. letters.SelectMany(_ => letters, (a, b) => a + b)];
        foreach (string letter in letters) yield return (space, letter);
        foreach (string two in twos) yield return (two[..1], two[1..]);
        foreach (string two in twos) yield return (space, two);
        foreach (string left in twos)
        {
            foreach (string right in twos) yield return (left, right);
        }
    }
}
