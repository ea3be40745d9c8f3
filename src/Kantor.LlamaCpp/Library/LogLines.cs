using System.Text;
using Microsoft.Extensions.Logging;

namespace Kantor.LlamaCpp.Library;

/// <summary>
/// Joins pieces of native log text into lines and keeps the last complaints, so that a failed load can say why. Thread-safe.
/// </summary>
internal sealed class LogLines
{
    private const int ComplaintsMax = 8;
    private const int LineLengthMax = 4096;
    private const int LevelContinue = 5;
    private readonly Lock _gate = new();
    private readonly Queue<string> _complaints = new();
    private readonly StringBuilder _pending = new();
    private LogLevel _pendingLevel = LogLevel.Debug;

    /// <summary>Adds a piece; true with the finished line when it ends one.</summary>
    public bool TryFinish(int level, string text, out LogLevel lineLevel, out string line)
    {
        lock (_gate)
        {
            if (level != LevelContinue) _pendingLevel = ToLevel(level);
            _pending.Append(text);
            lineLevel = _pendingLevel;
            line = string.Empty;
            if (!text.EndsWith('\n') && _pending.Length < LineLengthMax) return false;
            line = _pending.ToString().TrimEnd();
            _pending.Clear();
            if (lineLevel >= LogLevel.Warning && line.Length > 0) Keep(line);
            return line.Length > 0;
        }
    }

    /// <summary>Forgets kept lines; call before an operation whose failure <see cref="Explain"/> is to explain.</summary>
    public void Forget()
    {
        lock (_gate) _complaints.Clear();
    }

    /// <summary>The last warnings and errors on one line, or a phrase that there were none.</summary>
    public string Explain()
    {
        lock (_gate) return _complaints.Count == 0 ? "the library gave no reason" : string.Join("; ", _complaints);
    }

    private void Keep(string line)
    {
        if (_complaints.Count == ComplaintsMax) _complaints.Dequeue();
        _complaints.Enqueue(line);
    }

    // The library's own "info" describes every tensor and buffer; to an operator that is debug output.
    private static LogLevel ToLevel(int level) => level switch
    {
        4 => LogLevel.Error,
        3 => LogLevel.Warning,
        _ => LogLevel.Debug,
    };
}
