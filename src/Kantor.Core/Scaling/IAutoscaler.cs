using Kantor.Core.Decisions;
using Kantor.Core.Routing;

namespace Kantor.Core.Scaling;

/// <summary>
/// Decides how many replicas a fleet should have. Asked at equal intervals. Pure: same view and state, same answer. The autoscaler is
/// immutable; what it remembers lives in its state.
/// </summary>
public interface IAutoscaler
{
    /// <summary>The policy as it is written (<see cref="Catalogue.PolicySpec"/>).</summary>
    string Name { get; }

    /// <summary>Fresh memory for one fleet.</summary>
    PolicyState NewState();

    /// <summary>Replicas wanted, those that start included. The host keeps the fleet within its bounds, whatever is wanted.</summary>
    int Wanted(in ScalingView view, PolicyState state);
}

/// <summary>A fleet as last heard of.</summary>
public readonly ref struct ScalingView
{
    /// <summary>One entry per replica that takes requests.</summary>
    public required ReadOnlySpan<EndpointView> Endpoints { get; init; }

    /// <summary>Replicas that were asked for and take no requests yet.</summary>
    public required int Starting { get; init; }

    /// <summary>Requests that no replica has, because none takes any.</summary>
    public required int WaitingOutside { get; init; }

    /// <summary>The host's clock in microseconds.</summary>
    public required long NowUs { get; init; }

    /// <summary>Replicas that take requests or will.</summary>
    public int Replicas => Endpoints.Length + Starting;
}
