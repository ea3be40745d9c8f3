using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kantor.LlamaCpp.Native;

/// <summary>The vocabulary functions of libllama. A vocabulary pointer lives as long as its model and is read-only.</summary>
internal static unsafe partial class VocabularyNative
{
    [LibraryImport(LlamaNative.Library, EntryPoint = "llama_vocab_n_tokens")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Size(nint vocabulary);

    [LibraryImport(LlamaNative.Library, EntryPoint = "llama_vocab_get_text")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* Text(nint vocabulary, int token);

    [LibraryImport(LlamaNative.Library, EntryPoint = "llama_vocab_get_attr")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Attributes(nint vocabulary, int token);

    [LibraryImport(LlamaNative.Library, EntryPoint = "llama_vocab_is_eog")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte IsEndOfGeneration(nint vocabulary, int token);

    [LibraryImport(LlamaNative.Library, EntryPoint = "llama_vocab_bos")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int BeginOfSequence(nint vocabulary);

    [LibraryImport(LlamaNative.Library, EntryPoint = "llama_vocab_get_add_bos")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte AddsBeginOfSequence(nint vocabulary);

    [LibraryImport(LlamaNative.Library, EntryPoint = "llama_tokenize")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Tokenize(
        nint vocabulary, byte* text, int textBytes, int* tokens, int tokensMax, byte addSpecial, byte parseSpecial);

    [LibraryImport(LlamaNative.Library, EntryPoint = "llama_token_to_piece")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int TokenToPiece(nint vocabulary, int token, byte* buffer, int length, int strip, byte special);

    [LibraryImport(LlamaNative.Library, EntryPoint = "llama_chat_apply_template")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int ChatApplyTemplate(
        byte* template, LlamaChatMessage* messages, nuint count, byte addAssistant, byte* buffer, int length);
}
