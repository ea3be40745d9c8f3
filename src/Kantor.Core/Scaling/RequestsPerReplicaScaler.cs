using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Scaling;

/// <summary>Holds the requests of a replica, waiting and running together, at a target (as concurrency targets of Knative do).</summary>
public sealed class RequestsPerReplicaScaler : IAutoscaler
{
    private readonly double _target;
    private readonly HysteresisOptions _hysteresis;

    /// <summary>Aims at so many requests per replica, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public RequestsPerReplicaScaler(double target = 32, HysteresisOptions? hysteresis = null)
    {
        if (target is not (> 0 and <= 1e6))
        {
            throw new ArgumentOutOfRangeException(nameof(target), target, "Requests per replica are above 0 and at most 1e6.");
        }

        (_target, _hysteresis) = (target, hysteresis ?? new HysteresisOptions());
        _hysteresis.Validate();
        Name = PolicySpec.Of(
            "requests-per-replica",
            RequestsPerReplicaOptions.Keys,
            new RequestsPerReplicaOptions { Target = target, Hysteresis = _hysteresis }).ToString();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PolicyState NewState() => new Hysteresis(_hysteresis);

    /// <inheritdoc/>
    public int Wanted(in ScalingView view, PolicyState state)
    {
        var requests = (long)view.WaitingOutside;
        foreach (ref readonly var endpoint in view.Endpoints) requests += endpoint.Requests;
        return ((Hysteresis)state).Wanted(requests / _target, view.Replicas);
    }
}
