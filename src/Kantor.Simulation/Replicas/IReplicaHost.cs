using Kantor.Core.Batching;
using Kantor.Core.Replica;
using Kantor.Core.Requests;

namespace Kantor.Simulation.Replicas;

/// <summary>What a replica tells the run it belongs to.</summary>
internal interface IReplicaHost
{
    /// <summary>A request ended here.</summary>
    void Ended(int request, RequestOutcome outcome);

    /// <summary>A request has a token, does not end with it and goes on elsewhere (<see cref="SimulatedReplica.HandsOver"/>).</summary>
    void Began(SimulatedReplica replica, int row);

    /// <summary>
    /// An attempt has a further token where prefill and decode are apart, so that no KV needs to be kept for it elsewhere.
    /// </summary>
    void WentOn(SimulatedReplica replica, RequestId attempt);

    /// <summary>A step of the replica's leap ends at this very moment, and somebody looks at what it has done.</summary>
    void LeapIsSeen(SimulatedReplica replica);

    /// <summary>A request waits for KV from elsewhere.</summary>
    void LoadBegan(SimulatedReplica replica, in KvLoad load);
}
