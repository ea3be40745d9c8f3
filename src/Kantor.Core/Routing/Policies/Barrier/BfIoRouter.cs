using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Policies.Barrier;

/// <summary>
/// BF-IO, the heuristic that its authors run (arXiv 2601.17855): the replica where a request fills most of the room below the fullest over
/// the next moments, overflow counting 43-fold, later moments less. With slots, requests wait at the router until a replica has one.
/// </summary>
/// <remarks>
/// The source fills all free slots of a step from its pool by an integer program, and by this score one after the other while many are
/// free. A router is asked about one request at a time, so the score is all there is here. Its short look-ahead, who ends soon, is the mean
/// output of late.
/// </remarks>
public sealed class BfIoRouter(BfIoOptions? options = null)
    : BarrierRouter(PolicySpec.Of("bf-io", BfIoOptions.Keys, options ?? new BfIoOptions()).ToString())
{
    private const long AskAgainUs = 1_000_000;

    private readonly BfIoOptions _options = options ?? new BfIoOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "where the request fills most of the room below the fullest replica over the next moments; waits for a slot where these are given",
        "BF-IO, arXiv 2601.17855, its released heuristic, one request at a time")
    {
        Model = "replicas behind a barrier, overloaded pool, equal slots, geometric outputs, all slots filled at once, no look-ahead",
        Guarantee = "of the source's program: mean imbalance below that of first come, first served by a factor that grows with scale",
        Information = LengthInformation.EndsWithin,
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints x moments)",
    };

    /// <inheritdoc/>
    public override PolicyState NewState() => new BarrierState(_options.MomentMs, _options.Moments);

    private protected override double Score(RequestFacts request, BarrierState memory, int place) =>
        memory.Score(place, request.PromptTokens, _options.OverflowWeight, _options.Decay);

    private protected override bool HasPlace(in EndpointView endpoint) => endpoint.Requests < (_options.Slots ?? int.MaxValue);

    private protected override long? HoldUntilUs(in FleetView fleet)
    {
        foreach (ref readonly var endpoint in fleet.Endpoints)
        {
            if (HasPlace(endpoint)) return null;
        }

        return fleet.NowUs + AskAgainUs;
    }
}
