using Kantor.Core.Requests;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Replicas;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Clients;

/// <summary>A request from the moment at which its sending is settled until it is over.</summary>
internal sealed class ClientRequest
{
    public int Number { get; private set; }

    public TraceRequest Truth { get; private set; }

    /// <summary>Attempts so far.</summary>
    public int Attempt { get; set; }

    /// <summary>When the attempt under way reaches the fleet; null when none is on its way there.</summary>
    public long? ArrivesUs { get; set; }

    /// <summary>When the client gives the attempt under way up.</summary>
    public long? GivesUpUs { get; set; }

    /// <summary>Where the attempt under way is served.</summary>
    public SimulatedReplica? Replica { get; set; }

    public RequestId Id => AttemptId.Of(Number, Attempt);

    public void Renew(int number, in TraceRequest truth)
    {
        (Number, Truth, Attempt) = (number, truth, 0);
        EndAttempt();
    }

    public void EndAttempt()
    {
        (ArrivesUs, GivesUpUs) = (null, null);
        Replica = null;
    }
}
