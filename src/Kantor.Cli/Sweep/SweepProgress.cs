using System.Diagnostics;
using System.Globalization;
using Kantor.Cli.Simulate;
using Kantor.Simulation;

namespace Kantor.Cli.Sweep;

/// <summary>
/// Requests done in all cells, with rate and remaining time: a bar that moves on a terminal, otherwise a plain line every ten seconds.
/// Safe to use from the threads of all cells.
/// </summary>
internal sealed class SweepProgress(int cells, int requestsPerCell, TextWriter writer, bool isTerminal) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TimeSpan _interval = isTerminal ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(10);
    private TimeSpan _shown;
    private long _requestsDone;
    private int _cellsDone;
    private int _lineLength;

    /// <summary>The watcher of one cell.</summary>
    public SimulationObserver NewObserver() => new Observer(this);

    /// <summary>A cell has ended.</summary>
    public void CellEnded() => Interlocked.Increment(ref _cellsDone);

    /// <summary>Takes the bar away and says what was done.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_lineLength > 0) writer.Write('\r' + new string(' ', _lineLength) + '\r');
            _lineLength = 0;
            var elapsed = Stopwatch.GetElapsedTime(_started);
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"kantor: {_cellsDone} of {cells} cells in {elapsed.TotalSeconds:0.0} s, {_requestsDone / elapsed.TotalSeconds:N0} requests/s."));
        }
    }

    private void RequestEnded()
    {
        var done = Interlocked.Increment(ref _requestsDone);
        var elapsed = Stopwatch.GetElapsedTime(_started);
        if (elapsed - _shown < _interval || !_lock.TryEnter()) return;
        try
        {
            _shown = elapsed;
            Show(LineOf(_cellsDone, cells, done, (long)cells * requestsPerCell, elapsed));
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>The line at a moment.</summary>
    public static string LineOf(int cellsDone, int cells, long requestsDone, long requests, TimeSpan elapsed) =>
        SimulateProgress.LineOf($"{cellsDone}/{cells} cells", requestsDone, requests, elapsed);

    private void Show(string line)
    {
        if (!isTerminal)
        {
            writer.WriteLine("kantor: " + line);
            return;
        }

        writer.Write('\r' + line.PadRight(_lineLength));
        _lineLength = line.Length;
    }

    private sealed class Observer(SweepProgress progress) : SimulationObserver
    {
        public override void RequestEnded(int request, int requestsEnded, long nowUs) => progress.RequestEnded();
    }
}
