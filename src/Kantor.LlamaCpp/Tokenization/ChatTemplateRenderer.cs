using System.Runtime.InteropServices;
using System.Text;
using Kantor.Engine.Backends;
using Kantor.LlamaCpp.Native;

namespace Kantor.LlamaCpp.Tokenization;

/// <summary>Calls the native renderer of chat template families.</summary>
internal static unsafe class ChatTemplateRenderer
{
    private const int BytesMax = 1 << 26;

    /// <summary>The rendered conversation with the assistant's opening at its end; null when the family is unknown.</summary>
    public static string? TryRender(string template, IReadOnlyList<ChatTurn> turns)
    {
        var messages = new LlamaChatMessage[turns.Count];
        byte* source = (byte*)Marshal.StringToCoTaskMemUTF8(template);
        try
        {
            for (int i = 0; i < messages.Length; i++)
            {
                messages[i].Role = (byte*)Marshal.StringToCoTaskMemUTF8(turns[i].Role);
                messages[i].Content = (byte*)Marshal.StringToCoTaskMemUTF8(turns[i].Text);
            }

            return Render(source, messages);
        }
        finally
        {
            foreach (LlamaChatMessage message in messages)
            {
                Marshal.FreeCoTaskMem((nint)message.Role);
                Marshal.FreeCoTaskMem((nint)message.Content);
            }

            Marshal.FreeCoTaskMem((nint)source);
        }
    }

    private static string? Render(byte* template, LlamaChatMessage[] messages)
    {
        byte[] buffer = new byte[1024];
        while (true)
        {
            int length;
            fixed (byte* b = buffer)
            fixed (LlamaChatMessage* m = messages)
            {
                length = VocabularyNative.ChatApplyTemplate(template, m, (nuint)messages.Length, 1, b, buffer.Length);
            }

            if (length < 0) return null;
            if (length <= buffer.Length) return Encoding.UTF8.GetString(buffer, 0, length);
            if (length > BytesMax)
            {
                throw new InvalidOperationException($"The chat template renders {length} bytes; the limit is {BytesMax}.");
            }

            buffer = new byte[length];
        }
    }
}
