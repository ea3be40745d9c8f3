using System.Diagnostics;
using System.Globalization;

namespace Kantor.Cli.Shell;

/// <summary>
/// One line of progress on standard error: bar, share, rate and remaining time while it is a terminal; otherwise nothing on the way. At the end
/// it is replaced by what was done. Safe to use from several threads.
/// </summary>
internal sealed class ProgressLine(string what, string unit, TextWriter writer, bool isTerminal) : IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _shownMs = -(long)Interval.TotalMilliseconds;
    private long _done;
    private int _lineLength;
    private bool _isOver;

    /// <summary>A line on standard error.</summary>
    public ProgressLine(string what, string unit)
        : this(what, unit, Console.Error, !Console.IsErrorRedirected)
    {
    }

    /// <summary>Runs work that reports the share done, 0 to 1.</summary>
    public static void Run(string what, Action<IProgress<double>> work)
    {
        using var line = new ProgressLine(what, "%");
        work(line.OfShares());
    }

    /// <summary>Runs asynchronous work that reports the share done, 0 to 1.</summary>
    public static async Task RunAsync(string what, Func<IProgress<double>, Task> work)
    {
        using var line = new ProgressLine(what, "%");
        await work(line.OfShares());
    }

    /// <summary>Runs work that reports bytes done and, when known, in all.</summary>
    public static async Task<T> RunBytesAsync<T>(string what, Func<IProgress<(long Done, long? Total)>, Task<T>> work)
    {
        const long megabyte = 1_000_000;
        using var line = new ProgressLine(what, "MB");
        return await work(new Reporter<(long Done, long? Total)>(bytes => line.Report(bytes.Done / megabyte, bytes.Total / megabyte)));
    }

    /// <summary>So much is done; null when nobody knows of how much. The detail follows the name.</summary>
    public void Report(long done, long? total, Func<string>? detail = null)
    {
        Volatile.Write(ref _done, done);
        if (!isTerminal) return;
        var elapsed = Stopwatch.GetElapsedTime(_started);
        if (elapsed.TotalMilliseconds - Volatile.Read(ref _shownMs) < Interval.TotalMilliseconds || !_lock.TryEnter()) return;
        try
        {
            _shownMs = (long)elapsed.TotalMilliseconds;
            if (!_isOver) Show(LineOf(detail is null ? what : $"{what} {detail()}", unit, done, total, elapsed));
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Takes the line away; says what was done when anything was.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isOver) return;
            _isOver = true;
            if (_lineLength > 0) writer.Write('\r' + new string(' ', _lineLength) + '\r');
            if (_done > 0 && unit != "%") writer.WriteLine("kantor: " + EndOf(what, unit, _done, Stopwatch.GetElapsedTime(_started)));
        }
    }

    /// <summary>The line at a moment.</summary>
    public static string LineOf(string what, string unit, long done, long? total, TimeSpan elapsed)
    {
        var rate = elapsed > TimeSpan.Zero ? done / elapsed.TotalSeconds : 0;
        var speed = unit == "%" ? "" : string.Create(CultureInfo.InvariantCulture, $"  {rate:N0} {unit}/s");
        if (total is not { } all) return string.Create(CultureInfo.InvariantCulture, $"{what}  {done:N0} {unit}{speed}");
        var share = all == 0 ? 1 : Math.Min(1, (double)done / all);
        var filled = (int)(share * BarWidth);
        var left = rate > 0 ? string.Create(CultureInfo.InvariantCulture, $"  {Math.Max(0, all - done) / rate:N0} s left") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{what} [{new string('#', filled)}{new string('-', BarWidth - filled)}] {share * 100:0} %{speed}{left}");
    }

    /// <summary>What is said at the end.</summary>
    public static string EndOf(string what, string unit, long done, TimeSpan elapsed) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}: {done:N0} {unit} in {elapsed.TotalSeconds:0.0} s, {done / elapsed.TotalSeconds:N0} {unit}/s.");

    private Reporter<double> OfShares() => new(share => Report((long)(share * 1000), 1000));

    private void Show(string line)
    {
        writer.Write('\r' + line.PadRight(_lineLength));
        _lineLength = line.Length;
    }

    private sealed class Reporter<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
