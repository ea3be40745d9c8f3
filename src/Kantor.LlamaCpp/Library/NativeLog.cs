using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kantor.LlamaCpp.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kantor.LlamaCpp.Library;

/// <summary>Carries the native library's log lines to an <see cref="ILogger"/>. The native logger is one per process; so is this.</summary>
internal static unsafe partial class NativeLog
{
    private static ILogger _logger = NullLogger.Instance;

    /// <summary>Line assembly and kept complaints.</summary>
    public static LogLines Lines { get; } = new();

    /// <summary>Sends native lines to <paramref name="logger"/> from now on.</summary>
    public static void Attach(ILogger logger)
    {
        Volatile.Write(ref _logger, logger);
        LlamaNative.LogSet(&Write, null);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Write(int level, byte* text, void* userData)
    {
#pragma warning disable CA1031 // No exception may cross into native frames, whatever a log sink throws.
        try
        {
            if (!Lines.TryFinish(level, Marshal.PtrToStringUTF8((nint)text) ?? string.Empty, out LogLevel lineLevel, out string line))
            {
                return;
            }

            ILogger logger = Volatile.Read(ref _logger);
            if (logger.IsEnabled(lineLevel)) Line(logger, lineLevel, line);
        }
        catch (Exception)
        {
            // A sink that throws once is not asked again.
            Volatile.Write(ref _logger, NullLogger.Instance);
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(EventId = 1, Message = "llama.cpp: {Text}")]
    private static partial void Line(ILogger logger, LogLevel level, string text);
}
