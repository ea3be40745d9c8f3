using Kantor.Cli.Policies;
using Kantor.Cli.Shell;
using Kantor.Core.Catalogue;
using Kantor.Core.Prediction;
using Kantor.EventLogs.Records;
using Kantor.EventLogs.Replaying;

namespace Kantor.Cli.Logs;

/// <summary>An event log as it is named on a command line, and the policies that it names.</summary>
internal static class LogPolicies
{
    /// <summary>The log; what should be known about it is said on standard error.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static EventLog Open(string path)
    {
        try
        {
            var log = EventLog.Read(path);
            if (log.Note is { } note) Console.Error.WriteLine($"kantor: {note}.");
            return log;
        }
        catch (EventLogException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }

    /// <summary>What the log says of a replica.</summary>
    /// <exception cref="UsageException">It is not in the log, or must be named because there are several.</exception>
    public static ReplicaRecord Replica(EventLog log, int? number)
    {
        if (number is null && log.Replicas.Count == 1) return log.Replicas[0];
        var known = string.Join(", ", log.Replicas.Select(replica => replica.Replica));
        return log.Replicas.FirstOrDefault(replica => replica.Replica == number)
            ?? throw new UsageException(number is null
                ? $"--replica is needed: the log has {known}."
                : $"--replica {number} is not in the log; it has {known}.");
    }

    /// <summary>A replay of that replica through a policy, with the log's own beliefs and retention.</summary>
    public static ReplayOptions Options(ReplicaRecord replica, string policy) => new()
    {
        Planner = Make(KnownPolicies.Shelves.Planners, policy),
        Predictor = PredictorOf(replica),
        Retention = Make(KnownPolicies.Shelves.Retentions, replica.Retention),
    };

    private static ILengthPredictor PredictorOf(ReplicaRecord replica) =>
        Make(KnownPolicies.Shelves.Predictors, replica.Predictor) is var predictor and not NoisyOracle
            ? predictor
            : throw new UsageException(
                $"The log was made with the beliefs '{replica.Predictor}', which need true lengths; no log has them. Record one with "
                + "another --predictor.");

    /// <summary>Replays, with what goes wrong as a failure of the command.</summary>
    public static ReplayResult Run(EventLog log, ReplicaRecord replica, ReplayOptions options, CancellationToken cancellation)
    {
        try
        {
            return LogReplay.Run(log, replica.Replica, options, cancellation);
        }
        catch (EventLogException wrong)
        {
            throw new FailureException(wrong.Message);
        }
    }

    private static T Make<T>(PolicyShelf<T> shelf, string text)
        where T : class
    {
        try
        {
            return shelf.Make(text);
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException($"{TypedPolicies.Sentence(wrong)} One from outside needs {PolicyAssembly.Option}.");
        }
    }
}
