using System.Globalization;
using Kantor.Simulation;
using Kantor.Simulation.Events;

namespace Kantor.Cli.Simulate;

/// <summary>Requests that have ended in all runs of a command, and runs that are over. Safe to use from the threads of all runs.</summary>
internal sealed class RunsProgress(string unit, int runs, long requests, ProgressLine line) : IDisposable
{
    private readonly Counts _counts = new(unit, runs);

    /// <summary>The watcher of one run.</summary>
    public SimulationObserver NewObserver() => new Observer(this);

    /// <summary>A run is over.</summary>
    public void RunEnded() => Interlocked.Increment(ref _counts.RunsEnded);

    /// <inheritdoc/>
    public void Dispose() => line.Dispose();

    private void RequestEnded() => line.Report(Interlocked.Increment(ref _counts.RequestsEnded), requests, _counts.Runs);

    private sealed class Counts
    {
        public long RequestsEnded;
        public int RunsEnded;

        public Counts(string unit, int runs) => Runs = () => string.Create(CultureInfo.InvariantCulture, $"{RunsEnded}/{runs} {unit}");

        /// <summary>Made once, because it is handed over for every request.</summary>
        public Func<string> Runs { get; }
    }

    private sealed class Observer(RunsProgress progress) : SimulationObserver
    {
        public override void RequestEnded(int request, int requestsEnded, long nowUs) => progress.RequestEnded();
    }
}
