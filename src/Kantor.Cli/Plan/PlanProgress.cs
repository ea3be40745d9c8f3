using System.Diagnostics;
using System.Globalization;
using Kantor.Simulation;
using Kantor.Simulation.Events;

namespace Kantor.Cli.Plan;

/// <summary>
/// Candidates done, simulated requests per second and remaining time: a line that moves on a terminal, otherwise a plain line every ten
/// seconds. Safe to use from the threads of all simulations.
/// </summary>
internal sealed class PlanProgress(int candidates, TextWriter writer, bool isTerminal) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TimeSpan _interval = isTerminal ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(10);
    private TimeSpan _shown;
    private long _requestsDone;
    private int _candidatesDone;
    private int _lineLength;

    /// <summary>The watcher of one simulation.</summary>
    public SimulationObserver NewObserver() => new Observer(this);

    /// <summary>A candidate is done.</summary>
    public void CandidateEnded() => Interlocked.Increment(ref _candidatesDone);

    /// <summary>Takes the line away and says what was done.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_lineLength > 0) writer.Write('\r' + new string(' ', _lineLength) + '\r');
            _lineLength = 0;
            var elapsed = Stopwatch.GetElapsedTime(_started);
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"kantor: {_candidatesDone} of {candidates} candidates in {elapsed.TotalSeconds:0.0} s, {_requestsDone / elapsed.TotalSeconds:N0} requests/s."));
        }
    }

    /// <summary>The line at a moment; how long is left is known from the first candidate on, which took as long as the others may.</summary>
    public static string LineOf(int done, int candidates, long requestsDone, TimeSpan elapsed)
    {
        var rate = elapsed > TimeSpan.Zero ? requestsDone / elapsed.TotalSeconds : 0;
        var left = done == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"  about {elapsed.TotalSeconds / done * (candidates - done):0} s left");
        return string.Create(CultureInfo.InvariantCulture, $"{done}/{candidates} candidates  {requestsDone:N0} requests  {rate:N0} requests/s{left}");
    }

    private void RequestEnded()
    {
        var done = Interlocked.Increment(ref _requestsDone);
        var elapsed = Stopwatch.GetElapsedTime(_started);
        if (elapsed - _shown < _interval || !_lock.TryEnter()) return;
        try
        {
            _shown = elapsed;
            Show(LineOf(_candidatesDone, candidates, done, elapsed));
        }
        finally
        {
            _lock.Exit();
        }
    }

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

    private sealed class Observer(PlanProgress progress) : SimulationObserver
    {
        public override void RequestEnded(int request, int requestsEnded, long nowUs) => progress.RequestEnded();
    }
}
