using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Windows;

/// <summary>
/// LBGR, learning-based greedy routing (arXiv 2601.18999): the least sum of the request's own cost, of what was sent there and has not
/// faded, and of what the replica took beyond that so far.
/// </summary>
/// <remarks>
/// Cost = time of the tokens that were not sent there before, by the step-time model. What was sent fades by 1/32 each 20 ms; the rest goes
/// when the request ends. The residual is what the authors' code learns, a bias of each replica: the mean of observed less expected time,
/// forgetting 5 % an observation. Times are to the end of an answer, for nothing else is heard of; the paper's answers had four tokens.
/// </remarks>
public sealed class LbgrRouter(LbgrOptions? options = null) : CostRouter(
    PolicySpec.Of("lbgr", LbgrOptions.Keys, options ?? new LbgrOptions()).ToString(), Signals.Load | Signals.Content | Signals.StepTime)
{
    private readonly LbgrOptions _options = options ?? new LbgrOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the least sum of its own time after hits, of what was sent there and fades, and of a bias that is learned",
        "LBGR, arXiv 2601.18999, and its code")
    {
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints x log blocks + blocks of the prompt), a step time each",
    };

    /// <inheritdoc/>
    public override PolicyState NewState() => new LbgrState(_options);

    private protected override void Prepare(RequestFacts request, in FleetView fleet, PolicyState state) =>
        ((LbgrState)state).Prefixes.Read(request, fleet);

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        var (memory, replica) = ((LbgrState)state, fleet.Endpoints[place].Replica);
        return OwnUs(request, fleet, place, memory) + memory.LoadUs(replica, fleet.NowUs) + (_options.Learns ? memory.BiasUs(replica) : 0);
    }

    private protected override void Sent(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        var (memory, replica) = ((LbgrState)state, fleet.Endpoints[place].Replica);
        var ownUs = OwnUs(request, fleet, place, memory);
        memory.Expect(request.Id, ownUs + memory.LoadUs(replica, fleet.NowUs));
        memory.Book(request, replica, ownUs, fleet.NowUs);
        memory.Prefixes.Send(replica);
    }

    private static double OwnUs(RequestFacts request, in FleetView fleet, int place, LbgrState memory) =>
        (request.PromptTokens - memory.Prefixes.HitTokens(request, fleet.Endpoints[place].Replica))
        * PromptTime.TokenUs(fleet, place, PromptTime.StepTokens);
}
