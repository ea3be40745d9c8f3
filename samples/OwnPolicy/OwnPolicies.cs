using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Catalogue;

namespace OwnPolicy;

/// <summary>What this assembly adds to a host: one public class with a constructor without parameters.</summary>
public sealed class OwnPolicies : IPolicyPack
{
    /// <inheritdoc/>
    public void AddTo(PolicyShelves shelves)
    {
        ArgumentNullException.ThrowIfNull(shelves);
        shelves.Planners.Add(PolicyEntry.Of(
            "last-come", LastComePlanner.Card, LastComeOptions.Keys, IBatchPlanner (LastComeOptions options) => new LastComePlanner(options)));
    }
}
