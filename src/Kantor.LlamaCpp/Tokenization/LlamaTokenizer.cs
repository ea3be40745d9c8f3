using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Kantor.Engine.Backends;
using Kantor.LlamaCpp.Native;

namespace Kantor.LlamaCpp.Tokenization;

/// <summary>The model file's own tokenizer and chat template, through the native library. Read-only, so any thread may call it.</summary>
public sealed unsafe class LlamaTokenizer : ITokenizer
{
    private const int PieceBytesMax = 256;
    private readonly LlamaModelHandle _model;
    private readonly nint _vocabulary;
    private readonly bool _addsBos;
    private readonly int _bos;
    private readonly ChatPrompt _chat;

    internal LlamaTokenizer(LlamaModelHandle model)
    {
        _model = model;
        _vocabulary = LlamaNative.ModelVocabulary(model);
        VocabularySize = VocabularyNative.Size(_vocabulary);
        _bos = VocabularyNative.BeginOfSequence(_vocabulary);
        _addsBos = VocabularyNative.AddsBeginOfSequence(_vocabulary) != 0 && _bos >= 0;
        ChatTemplate = Marshal.PtrToStringUTF8((nint)LlamaNative.ModelChatTemplate(model, null));
        _chat = new(ChatTemplate, ReadControlTokens());
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <summary>Source of the chat template in the model file; null when it carries none.</summary>
    public string? ChatTemplate { get; }

    /// <inheritdoc/>
    /// <remarks><paramref name="addBos"/> puts the model's begin token in front if the model was trained with one; else it changes
    /// nothing.</remarks>
    public int[] Encode(string text, bool addBos, bool parseSpecial)
    {
        ArgumentNullException.ThrowIfNull(text);
        using ModelLease lease = new(_model);
        var tokens = new List<int>();
        if (addBos && _addsBos) tokens.Add(_bos);
        Append(text, parseSpecial, tokens);
        return [.. tokens];
    }

    /// <inheritdoc/>
    public void Decode(int token, IBufferWriter<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        RequireToken(token);
        using ModelLease lease = new(_model);
        int size = PieceBytesMax;
        while (true)
        {
            Span<byte> buffer = utf8.GetSpan(size);
            int length;
            fixed (byte* b = buffer) length = VocabularyNative.TokenToPiece(_vocabulary, token, b, buffer.Length, 0, 0);
            if (length >= 0)
            {
                utf8.Advance(length);
                return;
            }

            size = -length;
        }
    }

    /// <inheritdoc/>
    public bool IsEndOfGeneration(int token)
    {
        RequireToken(token);
        using ModelLease lease = new(_model);
        return VocabularyNative.IsEndOfGeneration(_vocabulary, token) != 0;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The native library recognises template families by their characteristic strings and renders those itself; it does not run the
    /// template. What a template adds beyond its family, such as a default system message, is not rendered.
    /// </remarks>
    public int[] EncodeChat(IReadOnlyList<ChatTurn> turns)
    {
        using ModelLease lease = new(_model);
        var tokens = new List<int>();
        foreach (ChatRun run in _chat.Runs(turns))
        {
            if (run.Token is int token) tokens.Add(token);
            else Append(run.Text, parseSpecial: false, tokens);
        }

        if (_addsBos && (tokens.Count == 0 || tokens[0] != _bos)) tokens.Insert(0, _bos);
        return [.. tokens];
    }

    private void Append(string text, bool parseSpecial, List<int> tokens)
    {
        if (text.Length == 0) return;
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        int bytes = Encoding.UTF8.GetBytes(text, utf8);
        // A token covers at least one byte, but a tokenizer may put a space in front of the text.
        int[] ids = ArrayPool<int>.Shared.Rent(bytes + 16);
        try
        {
            int count = Tokenize(utf8.AsSpan(0, bytes), ids, parseSpecial);
            if (count < 0)
            {
                if (count == int.MinValue) throw new ArgumentException("The text is too long to be tokenised.", nameof(text));
                ArrayPool<int>.Shared.Return(ids);
                ids = ArrayPool<int>.Shared.Rent(-count);
                count = Tokenize(utf8.AsSpan(0, bytes), ids, parseSpecial);
            }

            tokens.AddRange(ids.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(ids);
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    private int Tokenize(ReadOnlySpan<byte> utf8, int[] ids, bool parseSpecial)
    {
        fixed (byte* text = utf8)
        fixed (int* tokens = ids)
        {
            return VocabularyNative.Tokenize(_vocabulary, text, utf8.Length, tokens, ids.Length, 0, (byte)(parseSpecial ? 1 : 0));
        }
    }

    private ControlToken[] ReadControlTokens()
    {
        var found = new List<ControlToken>();
        for (int id = 0; id < VocabularySize; id++)
        {
            int attributes = VocabularyNative.Attributes(_vocabulary, id);
            if ((attributes & (NativeConstants.AttributeControl | NativeConstants.AttributeUnknown)) == 0) continue;
            string text = Marshal.PtrToStringUTF8((nint)VocabularyNative.Text(_vocabulary, id)) ?? string.Empty;
            if (text.Length == 0) continue;
            found.Add(new(
                id,
                text,
                (attributes & NativeConstants.AttributeStripLeft) != 0,
                (attributes & NativeConstants.AttributeStripRight) != 0));
        }

        return [.. found];
    }

    private void RequireToken(int token)
    {
        if ((uint)token < (uint)VocabularySize) return;
        throw new ArgumentOutOfRangeException(nameof(token), token, $"Token ids are 0 to {VocabularySize - 1}.");
    }

    /// <summary>Keeps the model alive during a call: its owner may dispose it on another thread.</summary>
    private readonly ref struct ModelLease
    {
        private readonly LlamaModelHandle _model;

        public ModelLease(LlamaModelHandle model)
        {
            bool entered = false;
            model.DangerousAddRef(ref entered);
            _model = model;
        }

        public void Dispose() => _model.DangerousRelease();
    }
}
