using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Kantor.LlamaCpp.Native;

namespace Kantor.LlamaCpp.Library;

/// <summary>
/// Carries the native library's log lines to an <see cref="ILogger"/>, and keeps the last warnings and errors so that a failed load can say
/// why. The native logger is one per process; so is this.
/// </summary>
internal static unsafe partial class NativeLog
{
    private const int LinesKept = 8;
    private const int LineBytesMax = 4096;
    private static readonly Lock Gate = new();
    private static readonly Queue<string> Complaints = new();
    private static readonly StringBuilder Pending = new();
    private static LogLevel _pendingLevel = LogLevel.Debug;
    private static ILogger _logger = NullLogger.Instance;

    /// <summary>Sends native lines to <paramref name="logger"/> from now on.</summary>
    public static void Attach(ILogger logger)
    {
        Volatile.Write(ref _logger, logger);
        LlamaNative.LogSet(&Write, null);
    }

    /// <summary>Forgets kept lines; call before an operation whose failure <see cref="Explain"/> is to explain.</summary>
    public static void Forget()
    {
        lock (Gate) Complaints.Clear();
    }

    /// <summary>The last warnings and errors on one line, or a phrase that there were none.</summary>
    public static string Explain()
    {
        lock (Gate) return Complaints.Count == 0 ? "the library gave no reason" : string.Join("; ", Complaints);
    }

    /// <summary>Handles one native message; a line may arrive in several pieces.</summary>
    internal static void Receive(int level, string text)
    {
        lock (Gate)
        {
            if (level != NativeConstants.LogContinue) _pendingLevel = ToLevel(level);
            Pending.Append(text);
            if (!text.EndsWith('\n') && Pending.Length < LineBytesMax) return;
            string line = Pending.ToString().TrimEnd();
            Pending.Clear();
            if (line.Length > 0) Emit(_pendingLevel, line);
        }
    }

    private static void Emit(LogLevel level, string line)
    {
        if (level >= LogLevel.Warning)
        {
            if (Complaints.Count == LinesKept) Complaints.Dequeue();
            Complaints.Enqueue(line);
        }

        ILogger logger = Volatile.Read(ref _logger);
        if (logger.IsEnabled(level)) Line(logger, level, line);
    }

    // The library's own "info" describes every tensor and buffer; to an operator that is debug output.
    private static LogLevel ToLevel(int level) => level switch
    {
        4 => LogLevel.Error,
        3 => LogLevel.Warning,
        _ => LogLevel.Debug,
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Write(int level, byte* text, void* userData)
    {
#pragma warning disable CA1031 // No exception may cross into native frames, whatever a log sink throws.
        try
        {
            Receive(level, Marshal.PtrToStringUTF8((nint)text) ?? string.Empty);
        }
        catch (Exception)
        {
            Volatile.Write(ref _logger, NullLogger.Instance);
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(EventId = 1, Message = "llama.cpp: {Text}")]
    private static partial void Line(ILogger logger, LogLevel level, string text);
}
