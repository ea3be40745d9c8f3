using Kantor.Cli.Shell;
using Kantor.Core.Decisions;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Simulation.Events;

namespace Kantor.Cli.Runs;

/// <summary>Counts the requests of a run that have ended, and scores what is believed of their lengths where that is asked for.</summary>
/// <param name="counts">Takes the ends; null where nobody counts.</param>
/// <param name="beliefs">Takes beliefs and lengths; null where nobody scores.</param>
internal class RequestCounter(WorkCounts? counts, LengthScore? beliefs = null) : SimulationObserver
{
    /// <inheritdoc/>
    public override void RequestEnded(int request, int requestsEnded, long nowUs) => counts?.Add();

    /// <inheritdoc/>
    public override PolicyState? ListenerOf(int replica, ReplicaOptions options) =>
        beliefs is null ? null : BeliefScorer.Of(options.Predictor, beliefs);
}
