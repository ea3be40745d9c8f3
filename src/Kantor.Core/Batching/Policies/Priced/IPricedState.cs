using Kantor.Core.Prices;

namespace Kantor.Core.Batching.Policies.Priced;

/// <summary>The prices of a planner's state, for metrics.</summary>
public interface IPricedState
{
    /// <summary>Where the last plan's prices came from.</summary>
    PriceSource Source { get; }

    /// <summary>Plans made by the order without prices.</summary>
    long Fallbacks { get; }

    /// <summary>Value of a millisecond of machine time, at least 0.</summary>
    double MachinePerMs { get; }

    /// <summary>How much the KV pool binds, 0 to 1.</summary>
    double KvShare { get; }
}
