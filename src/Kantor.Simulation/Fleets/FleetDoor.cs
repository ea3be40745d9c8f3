using Kantor.Core.Requests;

namespace Kantor.Simulation.Fleets;

/// <summary>Requests that wait because no replica of their group takes requests, in the order in which they came.</summary>
internal sealed class FleetDoor
{
    private readonly List<WaitingOutside> _waiting = [];

    public int Count => _waiting.Count;

    /// <summary>Whether a router holds some of them.</summary>
    public bool HasHeld => _waiting.Exists(waiting => waiting.HeldSinceUs is not null);

    /// <summary>Takes out those that a router holds, in the order in which they came.</summary>
    public IReadOnlyList<WaitingOutside> TakeHeld()
    {
        var held = _waiting.FindAll(waiting => waiting.HeldSinceUs is not null);
        _waiting.RemoveAll(waiting => waiting.HeldSinceUs is not null);
        return held;
    }

    /// <summary>How many have waited.</summary>
    public int Waited { get; private set; }

    public void Wait(in WaitingOutside request)
    {
        _waiting.Add(request);
        if (request.HeldSinceUs is null) Waited++;
    }

    public bool HasFor(ReplicaGroup group) => _waiting.Exists(waiting => waiting.Group == group && waiting.HeldSinceUs is null);

    /// <summary>Requests that wait for a group.</summary>
    public int CountFor(ReplicaGroup group) => _waiting.Count(waiting => waiting.Group == group);

    /// <summary>Takes a request out; false when it does not wait.</summary>
    public bool TryTakeOut(RequestId attempt, out WaitingOutside request)
    {
        var place = _waiting.FindIndex(waiting => waiting.Spec.Id == attempt);
        request = place < 0 ? default : _waiting[place];
        if (place >= 0) _waiting.RemoveAt(place);
        return place >= 0;
    }

    /// <summary>A request does not wait any longer, if it did.</summary>
    public void Forget(RequestId attempt)
    {
        if (_waiting.Count > 0) _waiting.RemoveAll(waiting => waiting.Spec.Id == attempt);
    }

    /// <summary>Takes out those that wait for a group, or all.</summary>
    public IReadOnlyList<WaitingOutside> TakeOut(ReplicaGroup? group = null)
    {
        var taken = _waiting.FindAll(waiting => group is null || waiting.Group == group);
        _waiting.RemoveAll(waiting => group is null || waiting.Group == group);
        return taken;
    }
}

/// <summary>A request that waits for a replica of a group, and how many tokens it has generated.</summary>
/// <param name="Group">The replicas that it waits for.</param>
/// <param name="Spec">The request.</param>
/// <param name="GeneratedTokens">What it has by now.</param>
/// <param name="HeldSinceUs">Since when a policy holds it although replicas take requests; null when none does.</param>
/// <param name="IsLetIn">Whether it was let in.</param>
internal readonly record struct WaitingOutside(
    ReplicaGroup Group, RequestSpec Spec, int GeneratedTokens, long? HeldSinceUs = null, bool IsLetIn = true);
