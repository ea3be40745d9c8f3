using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;
using Kantor.Core.Decisions;
using Kantor.Core.Replica;
using Kantor.EventLogs.Recording;

namespace Kantor.Cli.Runs;

/// <summary>Writes down what happens on the replicas of a run.</summary>
internal sealed class LoggedRun(EventLogWriter log, Scenario scenario, WorkCounts counts) : RequestCounter(counts)
{
    private readonly string? _reasonAgainst = scenario.Fleet.Pools.Any(pool => pool.Pipeline.Stages > 1)
        ? "several steps are under way at once, and which rows wait for them is not in the log"
        : null;

    /// <inheritdoc/>
    public override PolicyState? ListenerOf(int replica, ReplicaOptions options) =>
        new LogRecorder(log, replica, options, scenario.Objective, _reasonAgainst);
}
