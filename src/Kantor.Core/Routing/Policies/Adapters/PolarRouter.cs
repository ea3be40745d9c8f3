using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Adapters;

/// <summary>
/// The routing half of POLAR (arXiv 2604.16583): a linear bandit with an arm for each replica, which learns from how long requests took
/// there how good it is in a situation, less what it costs to page the adapter in where it is not in a slot.
/// </summary>
/// <remarks>
/// The source chooses among adapters; a request names its adapter here, so what is chosen is where it runs. Its context is 1, the prompt,
/// the requests and the KV in use there; its reward 1 / (1 + seconds to the end). Which adapters are kept in slots is the replica's affair.
/// </remarks>
public sealed class PolarRouter(PolarOptions? options = null) : CostRouter(
    PolicySpec.Of("polar", PolarOptions.Keys, options ?? new PolarOptions()).ToString(), Signals.Load | Signals.Adapters)
{
    private readonly PolarOptions _options = options ?? new PolarOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "a linear bandit over replicas that learns how long requests take where, less a cost where the adapter is in no slot",
        "POLAR, arXiv 2604.16583, its routing; LinUCB, 2010")
    {
        Model = "contexts of d numbers, rewards linear in them with noise, N arms, T requests",
        Guarantee = "of the source's form: regret of the order of d · sqrt(N · T) but for logarithms",
        Evidence = Evidence.Reconstructed,
        Cost = "O(endpoints x 16)",
    };

    /// <inheritdoc/>
    public override PolicyState NewState() => new PolarState();

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        var upper = ((PolarState)state).Upper(request, fleet.Endpoints[place], _options.Doubt);
        return (fleet.HasAdapter[place] ? 0 : _options.PageCost) - upper;
    }

    private protected override void Sent(RequestFacts request, in FleetView fleet, int place, PolicyState state) =>
        ((PolarState)state).Send(request, fleet.Endpoints[place], fleet.NowUs);
}
