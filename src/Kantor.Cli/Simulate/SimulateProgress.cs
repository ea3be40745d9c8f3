using System.Diagnostics;
using System.Globalization;
using Kantor.Simulation;

namespace Kantor.Cli.Simulate;

/// <summary>One line on standard error with bar, rate and remaining time; silent unless it is a terminal.</summary>
internal sealed class SimulateProgress(string what, int requests) : SimulationObserver, IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly bool _isSilent = Console.IsErrorRedirected;
    private TimeSpan _shown;
    private int _lineLength;

    public override void RequestEnded(int request, int requestsEnded, long nowUs)
    {
        if (_isSilent) return;
        var elapsed = Stopwatch.GetElapsedTime(_started);
        if (elapsed - _shown < Interval) return;
        _shown = elapsed;
        Show(LineOf(what, requestsEnded, requests, elapsed));
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        if (_lineLength == 0) return;
        Show("");
        Console.Error.Write('\r');
        _lineLength = 0;
    }

    /// <summary>The line at a moment.</summary>
    public static string LineOf(string what, long done, long total, TimeSpan elapsed)
    {
        var share = (double)done / total;
        var filled = (int)(share * BarWidth);
        var rate = elapsed > TimeSpan.Zero ? done / elapsed.TotalSeconds : 0;
        var left = rate > 0 ? (total - done) / rate : 0;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{what} [{new string('#', filled)}{new string('-', BarWidth - filled)}] {share * 100:0} %  {rate:0} requests/s  {left:0} s left");
    }

    private void Show(string line)
    {
        Console.Error.Write('\r' + line.PadRight(_lineLength));
        _lineLength = line.Length;
    }
}
