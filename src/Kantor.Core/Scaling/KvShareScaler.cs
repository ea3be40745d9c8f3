using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Scaling;

/// <summary>
/// Holds the share of KV blocks in use, over all replicas, at a target. A replica where requests wait counts as full, because its KV shows
/// no more than it has.
/// </summary>
public sealed class KvShareScaler : IAutoscaler
{
    private readonly double _target;
    private readonly HysteresisOptions _hysteresis;

    /// <summary>Aims at this share, above 0 and at most 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public KvShareScaler(double target = 0.6, HysteresisOptions? hysteresis = null)
    {
        if (target is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(target), target, "The share is above 0 and at most 1.");
        }

        (_target, _hysteresis) = (target, hysteresis ?? new HysteresisOptions());
        _hysteresis.Validate();
        Name = PolicySpec.Of("kv-share", KvShareOptions.Keys, new KvShareOptions { Target = target, Hysteresis = _hysteresis }).ToString();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PolicyState NewState() => new Hysteresis(_hysteresis);

    /// <inheritdoc/>
    public int Wanted(in ScalingView view, PolicyState state)
    {
        var full = 0.0;
        foreach (ref readonly var endpoint in view.Endpoints)
        {
            full += endpoint.Waiting > 0 ? 1 : (double)endpoint.KvBlocksUsed / endpoint.KvBlocksTotal;
        }

        // Requests outside need at least one replica, however few they are; how much KV they want is not known.
        if (view.WaitingOutside > 0) full += 1;
        return ((Hysteresis)state).Wanted(full / _target, view.Replicas);
    }
}
