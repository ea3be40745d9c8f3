using Kantor.Cli.Shell;
using Kantor.Simulation.Events;

namespace Kantor.Cli.Runs;

/// <summary>Counts the requests of a run that have ended.</summary>
internal class RequestCounter(WorkCounts counts) : SimulationObserver
{
    /// <inheritdoc/>
    public override void RequestEnded(int request, int requestsEnded, long nowUs) => counts.Add();
}
