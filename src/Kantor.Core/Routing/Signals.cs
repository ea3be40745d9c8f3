namespace Kantor.Core.Routing;

/// <summary>What a policy of a fleet reads. A host fills the columns that are asked for and no others.</summary>
[Flags]
public enum Signals
{
    /// <summary>Which endpoints there are, and nothing of them.</summary>
    None = 0,

    /// <summary>Requests that wait and run, and KV in use: <see cref="FleetView.Endpoints"/>.</summary>
    Load = 1,

    /// <summary>Tokens of this request that are cached in each pool: <see cref="FleetView.HitTokens"/>.</summary>
    PrefixHits = 2,

    /// <summary>Tokens of this request that lie in a tier behind each pool: <see cref="FleetView.TierHitTokens"/>.</summary>
    TierHits = 4,

    /// <summary>Tokens that are still to be computed there before the newest request: <see cref="FleetView.QueuedTokens"/>.</summary>
    Work = 8,

    /// <summary>What this router has sent since the sample: <see cref="FleetView.BookedTokens"/>.</summary>
    Booked = 16,

    /// <summary>Whether the request's adapter is in a slot: <see cref="FleetView.HasAdapter"/>.</summary>
    Adapters = 32,

    /// <summary>How long steps take: <see cref="FleetView.StepTimes"/>.</summary>
    StepTime = 64,

    /// <summary>
    /// The endpoints that go on with requests, so that pairs can be chosen: they follow the others in the view
    /// (<see cref="FleetView.Roles"/>).
    /// </summary>
    Decode = 128,

    /// <summary>What the request is made of, as far as the host knows: <see cref="FleetView.Content"/>.</summary>
    Content = 256,
}
