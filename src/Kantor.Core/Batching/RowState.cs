namespace Kantor.Core.Batching;

/// <summary>Where a row's request stands.</summary>
public enum RowState : byte
{
    /// <summary>No request.</summary>
    Free,

    /// <summary>Waiting for its first step, or again after a preemption; holds no KV.</summary>
    Waiting,

    /// <summary>Holds KV and a place in the batch.</summary>
    Running,

    /// <summary>Holds KV and takes part in no batch: its KV is on the way to it or away from it, or a step of it is under way.</summary>
    Parked,
}
